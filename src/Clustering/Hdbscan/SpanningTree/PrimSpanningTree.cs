using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The minimum spanning tree by Prim's algorithm on the complete graph, from point 0; a strictly smaller distance wins and
/// then the lowest index, as in the reference implementation.
/// </summary>
internal sealed class PrimSpanningTree
{
    private const int EdgesBetweenReports = 256;
    private readonly MutualReachability _graph;
    private readonly int[] _outside;
    private readonly double[] _nearest;
    private readonly int[] _sources;
    private readonly MinimumSpanningTree _tree;
    private int _left;
    private int _current;

    private PrimSpanningTree(MutualReachability graph)
    {
        int n = graph.Points.Count;
        _graph = graph;
        _outside = new int[n];
        _nearest = new double[n];
        _sources = new int[n];
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
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static MinimumSpanningTree Build(MutualReachability graph, IProgress<double>? progress, CancellationToken ct)
    {
        PrimSpanningTree prim = new(graph);
        for (int edge = 0; prim._left > 0; edge++)
        {
            if (edge % EdgesBetweenReports == 0)
            {
                progress.Pass((double)edge / prim._tree.Weights.Length, ct);
            }

            prim.Relax();
            prim.Take(prim.Nearest(), edge);
        }

        return prim._tree;
    }

    private void Take(int best, int edge)
    {
        _current = _outside[best];
        _tree.Sources[edge] = _sources[best];
        _tree.Targets[edge] = _current;
        _tree.Weights[edge] = _nearest[best];
        _left--;
        _outside[best] = _outside[_left];
        _nearest[best] = _nearest[_left];
        _sources[best] = _sources[_left];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Nearest()
    {
        int best = 0;
        for (int at = 1; at < _left; at++)
        {
            if (_nearest[at] < _nearest[best] || (_nearest[at] == _nearest[best] && _outside[at] < _outside[best]))
            {
                best = at;
            }
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Relax()
    {
        double[] core = _graph.CoreDistances;
        double coreHere = core[_current];
        ReadOnlySpan<double> row = _graph.Points.Row(_current);
        Span<int> slots = stackalloc int[4];
        Span<int> points = stackalloc int[4];
        Span<double> squares = stackalloc double[4];
        int waiting = 0;
        for (int at = 0; at < _left; at++)
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
                for (int i = 0; i < 4; i++)
                {
                    Update(slots[i], squares[i], coreHere);
                }

                waiting = 0;
            }
        }

        for (int i = 0; i < waiting; i++)
        {
            Update(slots[i], RowDistance.Squared(row, _graph.Points.Row(points[i])), coreHere);
        }
    }

    private void Update(int at, double squared, double coreHere)
    {
        double weight = _graph.Between(coreHere, _graph.CoreDistances[_outside[at]], _graph.Points.ToDistance(squared));
        if (weight < _nearest[at])
        {
            _nearest[at] = weight;
            _sources[at] = _current;
        }
    }
}
