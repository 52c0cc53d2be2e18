using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>
/// A minimum spanning tree by Boruvka's algorithm over a kd-tree (March, Ram, Gray 2010; McInnes, Healy 2017): each round, every
/// point looks for the nearest point of another component, passing over boxes that lie within its own component or too far away.
/// Exact. What a point finds does not depend on the other threads: a shared bound only cuts what cannot be a component's best.
/// </summary>
internal sealed class BoruvkaSpanningTree
{
    private const int Block = 128;
    private readonly MutualReachability _graph;
    private readonly KdTree _tree;
    private readonly NeighborLists _neighbors;
    private readonly int[] _component;
    private readonly int[] _position;
    private readonly int[] _nodeComponent;
    private readonly double[] _nodeCore;
    private readonly double[] _core;
    private readonly double[] _atLeast;
    private readonly double[] _bound;
    private readonly double[] _found;
    private readonly int[] _foundAt;

    private BoruvkaSpanningTree(MutualReachability graph, KdTree tree, NeighborLists neighbors)
    {
        int n = graph.Points.Count;
        _graph = graph;
        _tree = tree;
        _neighbors = neighbors;
        _component = new int[n];
        _position = new int[n];
        for (int at = 0; at < n; at++)
        {
            _position[tree.Order[at]] = at;
        }

        _nodeComponent = new int[tree.Starts.Length];
        _nodeCore = new double[tree.Starts.Length];
        _core = Array.ConvertAll(tree.Order, point => graph.CoreDistances[point]);
        _atLeast = new double[n];
        _bound = new double[n];
        _found = new double[n];
        _foundAt = new int[n];
    }

    /// <summary>Builds the tree, its edges in no particular order. About O(n log^2 n) in few dimensions, O(n) memory beside the kd-tree.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tree">A kd-tree over its points, with fewer dimensions than <see cref="RowDistance.LaneThreshold"/>.</param>
    /// <param name="neighbors">Each point's nearest neighbours, to begin with.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static MinimumSpanningTree Build(
        MutualReachability graph, KdTree tree, NeighborLists neighbors, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        BoruvkaSpanningTree boruvka = new(graph, tree, neighbors);
        int n = graph.Points.Count;
        MinimumSpanningTree result = new(new int[n - 1], new int[n - 1], new double[n - 1]);
        DisjointSet sets = new(n);
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = ct };
        for (int edges = 0; edges < n - 1;)
        {
            boruvka.Describe(sets);
            Parallel.For(0, (n + Block - 1) / Block, options, block =>
            {
                for (int at = block * Block; at < Math.Min(n, (block + 1) * Block); at++)
                {
                    boruvka.SearchFrom(at);
                }
            });
            edges = boruvka.Join(sets, result, edges);
            progress?.Report((double)edges / (n - 1));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Describe(DisjointSet sets)
    {
        for (int at = 0; at < _component.Length; at++)
        {
            _component[at] = sets.Find(_tree.Order[at]);
        }

        _bound.AsSpan().Fill(double.PositiveInfinity);
        for (int node = _nodeCore.Length - 1; node >= 0; node--)
        {
            if (node < _tree.FirstLeaf)
            {
                int left = 2 * node + 1;
                _nodeComponent[node] = _nodeComponent[left] == _nodeComponent[left + 1] ? _nodeComponent[left] : -1;
                _nodeCore[node] = Math.Min(_nodeCore[left], _nodeCore[left + 1]);
                continue;
            }

            _nodeComponent[node] = _component[_tree.Starts[node]];
            _nodeCore[node] = double.PositiveInfinity;
            for (int at = _tree.Starts[node]; at < _tree.Ends[node]; at++)
            {
                _nodeComponent[node] = _component[at] == _nodeComponent[node] ? _nodeComponent[node] : -1;
                _nodeCore[node] = Math.Min(_nodeCore[node], _core[at]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchFrom(int at)
    {
        _found[at] = double.PositiveInfinity;
        ref double bound = ref _bound[_component[at]];
        if (Math.Max(_atLeast[at], _core[at]) > Volatile.Read(ref bound))
        {
            return;
        }

        Search search = new() { At = at, Point = _tree.Order[at], Component = _component[at], Best = double.PositiveInfinity, Cut = double.PositiveInfinity };
        TryNeighbors(ref search);
        if (search.Best > _core[at])
        {
            Visit(ref search, 0, 0);
        }

        _found[at] = search.Best;
        _foundAt[at] = search.BestPoint;
        _atLeast[at] = Math.Min(search.Best, search.Cut);
        Lower(ref bound, search.Best);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TryNeighbors(ref Search search)
    {
        ReadOnlySpan<int> near = _neighbors.IndicesOf(search.Point);
        ReadOnlySpan<double> distances = _neighbors.DistancesOf(search.Point);
        double core = _core[search.At];
        for (int i = 0; i < near.Length; i++)
        {
            double weight = _graph.Between(core, _graph.CoreDistances[near[i]], distances[i]);
            if (weight < search.Best && _component[_position[near[i]]] != search.Component)
            {
                search.Best = weight;
                search.BestPoint = near[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(ref Search search, int node, double squaredToBox)
    {
        if (_nodeComponent[node] == search.Component)
        {
            return;
        }

        double least = Math.Max(Math.Max(_nodeCore[node], _core[search.At]), _graph.Points.ToDistance(squaredToBox) / _graph.Alpha);
        if (least >= search.Best)
        {
            return;
        }

        if (least > Volatile.Read(ref _bound[search.Component]))
        {
            search.Cut = Math.Min(search.Cut, least);
            return;
        }

        ReadOnlySpan<double> row = _tree.RowAt(search.At);
        if (node >= _tree.FirstLeaf)
        {
            ScanLeaf(ref search, row, node);
            return;
        }

        int left = 2 * node + 1;
        double toLeft = _tree.SquaredDistanceToBox(row, left), toRight = _tree.SquaredDistanceToBox(row, left + 1);
        if (toLeft <= toRight)
        {
            Visit(ref search, left, toLeft);
            Visit(ref search, left + 1, toRight);
        }
        else
        {
            Visit(ref search, left + 1, toRight);
            Visit(ref search, left, toLeft);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanLeaf(ref Search search, ReadOnlySpan<double> row, int node)
    {
        double core = _core[search.At];
        for (int at = _tree.Starts[node]; at < _tree.Ends[node]; at++)
        {
            if (_component[at] == search.Component || _core[at] >= search.Best)
            {
                continue;
            }

            double distance = _graph.Points.ToDistance(RowDistance.Squared(row, _tree.RowAt(at)));
            double weight = _graph.Between(core, _core[at], distance);
            if (weight < search.Best)
            {
                search.Best = weight;
                search.BestPoint = _tree.Order[at];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Join(DisjointSet sets, MinimumSpanningTree result, int edges)
    {
        int n = _component.Length;
        int[] best = new int[n];
        best.AsSpan().Fill(-1);
        for (int at = 0; at < n; at++)
        {
            ref int holder = ref best[_component[at]];
            if (double.IsFinite(_found[at]) && (holder < 0 || _found[at] < _found[holder]))
            {
                holder = at;
            }
        }

        foreach (int at in best)
        {
            if (at >= 0 && sets.Union(_tree.Order[at], _foundAt[at]))
            {
                result.Sources[edges] = _tree.Order[at];
                result.Targets[edges] = _foundAt[at];
                result.Weights[edges++] = _found[at];
            }
        }

        return edges;
    }

    private static void Lower(ref double bound, double value)
    {
        double seen = Volatile.Read(ref bound);
        while (value < seen)
        {
            double before = Interlocked.CompareExchange(ref bound, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Search
    {
        public int At;
        public int Point;
        public int Component;
        public double Best;
        public int BestPoint;
        public double Cut;
    }
}
