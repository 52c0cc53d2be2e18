using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Boruvka's algorithm over listed neighbours only: a component's least listed edge belongs to a minimum spanning tree where no
/// unlisted edge of the component can be less. What is left over needs a search.
/// </summary>
internal sealed class CertainForest
{
    private readonly MutualReachability _graph;
    private readonly NeighborLists _lists;
    private readonly double[] _least;
    private readonly int[] _component;
    private readonly int[] _skip;
    private readonly double[] _componentLeast;
    private readonly double[] _best;
    private readonly int[] _from;
    private readonly int[] _to;

    private CertainForest(MutualReachability graph, NeighborLists lists, double[] least)
    {
        int n = least.Length;
        _graph = graph;
        _lists = lists;
        _least = least;
        _component = new int[n];
        _skip = new int[n];
        _componentLeast = new double[n];
        _best = new double[n];
        _from = new int[n];
        _to = new int[n];
    }

    /// <summary>Joins what is certain. O(n k log n) time at most, O(n) memory.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="lists">Each point's near neighbours.</param>
    /// <param name="least">Per point, what no edge to an unlisted point is below.</param>
    /// <param name="sets">Receives the components.</param>
    /// <param name="tree">Receives the edges.</param>
    /// <param name="ct">Stops the work between two rounds.</param>
    /// <returns>How many edges there are.</returns>
    public static int Grow(MutualReachability graph, NeighborLists lists, double[] least, DisjointSet sets, MinimumSpanningTree tree, CancellationToken ct)
    {
        CertainForest forest = new(graph, lists, least);
        int edges = 0;
        for (int before = -1; edges > before;)
        {
            ct.ThrowIfCancellationRequested();
            before = edges;
            forest.Describe(sets);
            for (int point = 0; point < least.Length; point++)
            {
                forest.OfferEdges(point);
            }

            edges = forest.Join(sets, tree, edges);
        }

        return edges;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Describe(DisjointSet sets)
    {
        _best.AsSpan().Fill(double.PositiveInfinity);
        _componentLeast.AsSpan().Fill(double.PositiveInfinity);
        for (int point = 0; point < _component.Length; point++)
        {
            int component = sets.Find(point);
            _component[point] = component;
            _componentLeast[component] = Math.Min(_componentLeast[component], _least[point]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OfferEdges(int point)
    {
        int own = _component[point];
        double core = _graph.CoreDistances[point];
        ReadOnlySpan<int> near = _lists.IndicesOf(point);
        ReadOnlySpan<double> distances = _lists.DistancesOf(point);
        int at = _skip[point];
        while (at < near.Length && _component[near[at]] == own)
        {
            at++;
        }

        _skip[point] = at;
        for (; at < near.Length; at++)
        {
            int other = _component[near[at]];
            if (other == own)
            {
                continue;
            }

            double weight = _graph.Between(core, _graph.CoreDistances[near[at]], distances[at]);
            Offer(own, point, near[at], weight);
            Offer(other, point, near[at], weight);
        }
    }

    private void Offer(int component, int from, int to, double weight)
    {
        if (weight < _best[component])
        {
            _best[component] = weight;
            _from[component] = from;
            _to[component] = to;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Join(DisjointSet sets, MinimumSpanningTree tree, int edges)
    {
        for (int component = 0; component < _best.Length; component++)
        {
            if (double.IsFinite(_best[component]) && _best[component] <= _componentLeast[component] && sets.Union(_from[component], _to[component]))
            {
                tree.Sources[edges] = _from[component];
                tree.Targets[edges] = _to[component];
                tree.Weights[edges++] = _best[component];
            }
        }

        return edges;
    }
}
