using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The minimum spanning tree by Prim's algorithm on the complete graph, from point 0; a strictly smaller distance wins and
/// then the lowest index, as in the reference implementation.
/// </summary>
internal sealed class PrimSpanningTree
{
    private const long WorkWorthAThread = 200_000;
    private readonly MutualReachability _graph;
    private readonly int[] _outside;
    private readonly double[] _nearest;
    private readonly int[] _sources;
    private readonly int[] _bestAt;
    private readonly MinimumSpanningTree _tree;
    private volatile int _left;
    private volatile bool _failed;
    private int _current;
    private int _edges;

    private PrimSpanningTree(MutualReachability graph, int threads)
    {
        int n = graph.Points.Count;
        _graph = graph;
        _outside = new int[n];
        _nearest = new double[n];
        _sources = new int[n];
        _bestAt = new int[threads];
        _tree = new MinimumSpanningTree(new int[n - 1], new int[n - 1], new double[n - 1]);
        _left = n - 1;
        for (int i = 0; i < n - 1; i++)
        {
            _outside[i] = i + 1;
        }

        _nearest.AsSpan().Fill(double.PositiveInfinity);
    }

    /// <summary>Builds the tree. O(n^2 d) time, O(n) memory beside the points.</summary>
    /// <param name="graph">The graph of at least two points.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static MinimumSpanningTree Build(MutualReachability graph, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        long work = (long)graph.Points.Count * graph.Points.Dimensions;
        threads = (int)Math.Clamp(work / WorkWorthAThread, 1, threads);
        PrimSpanningTree prim = new(graph, threads);
        prim.Run(threads, progress, ct);
        return prim._tree;
    }

    private void Run(int threads, IProgress<double>? progress, CancellationToken ct)
    {
        if (threads == 1)
        {
            while (_left > 0)
            {
                Relax(0, 1);
                TakeNearest(progress, ct);
            }

            return;
        }

        using Barrier barrier = new(threads, _ => TakeNearest(progress, ct));
        Task[] workers = Enumerable.Range(0, threads).Select(t => Task.Factory.StartNew(
            () => Work(t, threads, barrier), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            Task.WaitAll(workers, CancellationToken.None);
        }
        catch (AggregateException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
    }

    /// <summary>One worker's share of every step. A worker that throws leaves the barrier, so that the others do not wait for it, and ends the work.</summary>
    private void Work(int worker, int workers, Barrier barrier)
    {
        bool done = false;
        try
        {
            while (_left > 0)
            {
                Relax(worker, workers);
                barrier.SignalAndWait(CancellationToken.None);
            }

            done = true;
        }
        finally
        {
            if (!done)
            {
                _failed = true;
                barrier.RemoveParticipant();
            }
        }
    }

    private void TakeNearest(IProgress<double>? progress, CancellationToken ct)
    {
        if (_failed)
        {
            _left = 0;
            return;
        }

        ct.ThrowIfCancellationRequested();
        int best = -1;
        foreach (int at in _bestAt)
        {
            if (at >= 0 && (best < 0 || Precedes(at, best)))
            {
                best = at;
            }
        }

        _current = _outside[best];
        _tree.Sources[_edges] = _sources[best];
        _tree.Targets[_edges] = _current;
        _tree.Weights[_edges++] = _nearest[best];
        _left--;
        _outside[best] = _outside[_left];
        _nearest[best] = _nearest[_left];
        _sources[best] = _sources[_left];
        if (_edges % 256 == 0)
        {
            progress?.Report((double)_edges / _tree.Weights.Length);
        }
    }

    private bool Precedes(int a, int b) => _nearest[a] < _nearest[b] || (_nearest[a] == _nearest[b] && _outside[a] < _outside[b]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Relax(int worker, int workers)
    {
        int from = (int)((long)_left * worker / workers), to = (int)((long)_left * (worker + 1) / workers);
        double[] core = _graph.CoreDistances;
        double coreHere = core[_current];
        ReadOnlySpan<double> row = _graph.Points.Row(_current);
        Span<int> slots = stackalloc int[4];
        Span<int> points = stackalloc int[4];
        Span<double> squares = stackalloc double[4];
        int waiting = 0;
        for (int at = from; at < to; at++)
        {
            if (coreHere >= _nearest[at] || core[_outside[at]] >= _nearest[at])
            {
                continue;
            }

            slots[waiting] = at;
            points[waiting++] = _outside[at];
            if (waiting == 4)
            {
                RowDistance.SquaredToFour(row, _graph.Points.Rows, points, squares);
                Update(slots, squares, coreHere);
                waiting = 0;
            }
        }

        for (int i = 0; i < waiting; i++)
        {
            squares[i] = RowDistance.Squared(row, _graph.Points.Row(points[i]));
        }

        Update(slots[..waiting], squares, coreHere);
        int best = from < to ? from : -1;
        for (int at = from + 1; at < to; at++)
        {
            best = Precedes(at, best) ? at : best;
        }

        _bestAt[worker] = best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(ReadOnlySpan<int> slots, ReadOnlySpan<double> squares, double coreHere)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            int at = slots[i];
            double weight = _graph.Between(coreHere, _graph.CoreDistances[_outside[at]], _graph.Points.ToDistance(squares[i]));
            if (weight < _nearest[at])
            {
                _nearest[at] = weight;
                _sources[at] = _current;
            }
        }
    }
}
