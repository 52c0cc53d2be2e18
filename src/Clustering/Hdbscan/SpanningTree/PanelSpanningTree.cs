using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// A minimum spanning tree for many points in many dimensions. Edges of the neighbour lists that are certain come first; the components that they leave
/// are joined by one search over the pairs of points in different components, or by rounds of such searches while there are too many components for a table of pairs. Exact.
/// </summary>
internal sealed class PanelSpanningTree
{
    private const int MostPaired = 1500;
    private const int SampledPoints = 4096;
    private const int MostSampled = 32;
    private readonly MutualReachability _graph;
    private readonly PanelPoints? _panels;
    private readonly NeighborLists _lists;
    private readonly double[] _least;
    private readonly int _threads;
    private readonly CancellationToken _ct;
    private readonly DisjointSet _sets;
    private readonly MinimumSpanningTree _tree;
    private int[] _component = [];
    private int[] _order = [];
    private int _edges;

    private PanelSpanningTree(MutualReachability graph, PanelPoints? panels, NeighborLists lists, double[] beyond, int threads, CancellationToken ct)
    {
        int n = graph.Points.Count;
        _graph = graph;
        _panels = panels;
        _lists = lists;
        _least = new double[n];
        for (int i = 0; i < n; i++)
        {
            _least[i] = beyond.Length == 0 ? graph.CoreDistances[i] : Math.Max(graph.CoreDistances[i], beyond[i] / graph.Alpha);
        }

        _threads = threads;
        _ct = ct;
        _sets = new DisjointSet(n);
        _tree = new MinimumSpanningTree(new int[n - 1], new int[n - 1], new double[n - 1]);
    }

    /// <summary>Builds the tree, its edges in no particular order. O(n^2 d) time, O(n) memory beside the panels and at most 64 MB for pairs of components.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="panels">Its points; packed anew.</param>
    /// <param name="lists">Each point's near neighbours.</param>
    /// <param name="beyond">Per point, a distance that nothing unlisted is below.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static MinimumSpanningTree Build(
        MutualReachability graph, PanelPoints panels, NeighborLists lists, double[] beyond, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        PanelSpanningTree work = new(graph, panels, lists, beyond, threads, ct);
        work._edges = CertainForest.Grow(graph, lists, work._least, work._sets, work._tree, ct);
        work.Join(work.Number(), progress);
        return work._tree;
    }

    /// <summary>
    /// A minimum spanning tree of what is listed, whose components are joined by edges that make the whole a minimum spanning tree of the listed pairs and of all pairs between components.
    /// O(n k log n) time, and for the joins at most O(n^2 d); O(n) memory, and for the joins that of the points that may have a part in them.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="lists">Each point's near neighbours, as far as they are known.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The tree, its edges in no particular order, and the number of components of the graph.</returns>
    public static (MinimumSpanningTree Tree, int Components) BuildOnGraph(MutualReachability graph, NeighborLists lists, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        PanelSpanningTree work = new(graph, panels: null, lists, beyond: [], threads, ct);
        double[] never = new double[graph.Points.Count];
        never.AsSpan().Fill(double.PositiveInfinity);
        work._edges = CertainForest.Grow(graph, lists, never, work._sets, work._tree, ct);
        int components = work.Number();
        work.Join(components, progress);
        return (work._tree, components);
    }

    private void Join(int components, IProgress<double>? progress)
    {
        double done = 0;
        for (; components > MostPaired; done = (1 + done) / 2)
        {
            JoinNearest(components, progress.Part(done, (1 - done) / 2));
            components = Number();
        }

        if (components > 1)
        {
            JoinAll(components, progress.Part(done, 1 - done));
        }
    }

    /// <summary>Room for some of the points: that of all, where there is one, or one of its own.</summary>
    private PanelPoints Room(int count) => _panels ?? PanelPoints.Create(_graph.Points, count, _threads, _ct);

    /// <summary>Numbers the components and orders the points by component, then by their least edges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Number()
    {
        int n = _least.Length, count = 0;
        int[] names = new int[n];
        _component = new int[n];
        for (int i = 0; i < n; i++)
        {
            int root = _sets.Find(i);
            names[i] = root == i ? count++ : names[root];
            _component[i] = names[i];
        }

        _order = Grouped(RadixSort.Of(_least), _component, count);
        return count;
    }

    /// <summary>Points grouped by ascending component; within one they keep their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Grouped(int[] points, int[] component, int components)
    {
        int[] next = new int[components + 1], grouped = new int[points.Length];
        foreach (int own in component)
        {
            next[own + 1]++;
        }

        for (int c = 0; c < components; c++)
        {
            next[c + 1] += next[c];
        }

        foreach (int point in points)
        {
            grouped[next[component[point]]++] = point;
        }

        return grouped;
    }

    private void JoinNearest(int components, IProgress<double>? progress)
    {
        ComponentBests bests = new(components);
        OfferListed(bests);
        PanelComponentQueries.Run(_graph, Room(_order.Length), bests, _order, _component, _least, _threads, progress, _ct);
        Add(bests.Edges);
    }

    private void JoinAll(int components, IProgress<double>? progress)
    {
        ComponentPairs pairs = new(components);
        OfferListed(pairs);
        int each = Math.Clamp(SampledPoints / components, 1, MostSampled);
        int[] sample = [.. _order.Where((point, at) => at < each || _component[_order[at - each]] != _component[point])];
        PanelComponentQueries.Run(_graph, Room(sample.Length), pairs, sample, _component, _least, _threads, progress: null, _ct);
        pairs.Span();
        double[] most = new double[components];
        for (int a = 0; a < components; a++)
        {
            for (int b = 0; b < a; b++)
            {
                most[a] = Math.Max(most[a], pairs.Limit(a, b));
                most[b] = Math.Max(most[b], pairs.Limit(a, b));
            }
        }

        int[] needed = [.. _order.Where(point => _least[point] <= most[_component[point]])];
        PanelComponentQueries.Run(_graph, Room(needed.Length), pairs, needed, _component, _least, _threads, progress, _ct);
        Add(pairs.Span());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OfferListed(IComponentEdges edges)
    {
        double[] core = _graph.CoreDistances;
        for (int a = 0; a < core.Length; a++)
        {
            ReadOnlySpan<int> near = _lists.IndicesOf(a);
            ReadOnlySpan<double> distances = _lists.DistancesOf(a);
            for (int i = 0; i < near.Length; i++)
            {
                if (_component[near[i]] != _component[a])
                {
                    edges.Offer(_component[a], _component[near[i]], new WeightedEdge(a, near[i], _graph.Between(core[a], core[near[i]], distances[i])));
                }
            }
        }
    }

    private void Add(ReadOnlySpan<WeightedEdge> edges)
    {
        foreach (WeightedEdge edge in edges)
        {
            if (_sets.Union(edge.Low, edge.High))
            {
                _tree.Sources[_edges] = edge.Low;
                _tree.Targets[_edges] = edge.High;
                _tree.Weights[_edges++] = edge.Weight;
            }
        }
    }
}
