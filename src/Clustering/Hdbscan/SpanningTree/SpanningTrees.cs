using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Core distances and the minimum spanning tree by the method that suits the points. Every method is exact.</summary>
internal static class SpanningTrees
{
    private const double ShareOfNeighbors = 0.47;

    /// <summary>The rest of the work after the neighbours goes into finding the tree and then into its order.</summary>
    private const double ShareOfFinding = 0.8;

    /// <summary>Neighbours listed beyond those that the core distance counts: the more, the fewer components are left to join by search.</summary>
    private const int SpareNeighbors = 11;

    /// <summary>Builds the tree.</summary>
    /// <param name="points">At least two points.</param>
    /// <param name="weights">Per point, how many copies it stands for; null for one each.</param>
    /// <param name="minSamples">The neighbour whose distance is the core distance, 1 to the number of copies less one.</param>
    /// <param name="alpha">The divisor of distances.</param>
    /// <param name="method">The method.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static SpannedGraph Build(
        PointSet points, int[]? weights, int minSamples, double alpha, SpanningTreeMethod method, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int nearby = Math.Min(minSamples, points.Count - 1);
        NeighborLists.RequireRoom(points.Count, (long)nearby + SpareNeighbors, nameof(HdbscanOptions.MinSamples), minSamples);
        IProgress<double>? search = progress.Part(0, ShareOfNeighbors), rest = progress.Part(ShareOfNeighbors, 1 - ShareOfNeighbors);
        if (method == SpanningTreeMethod.Panels || (method == SpanningTreeMethod.Auto && NeighborSearch.SuitsPanels(points)))
        {
            return ByPanels(points, weights, minSamples, alpha, threads, search, rest, ct);
        }

        if (method == SpanningTreeMethod.Tree || (method == SpanningTreeMethod.Auto && NeighborSearch.SuitsTree(points)))
        {
            return ByTree(points, weights, minSamples, alpha, threads, search, rest, ct);
        }

        PairBounds? bounds = method == SpanningTreeMethod.Bounds || (method == SpanningTreeMethod.Auto && PairBounds.Suits(points))
            ? PairBounds.Create(points, threads, search, ct)
            : null;
        NeighborLists nearest = bounds?.Nearest(nearby, threads, ct) ?? BruteForceNeighbors.Search(points, points, nearby, threads, search, ct);
        MutualReachability complete = new(points, CoreDistances.NthOther(nearest, minSamples, weights), alpha);
        MinimumSpanningTree tree = bounds is null ? PrimSpanningTree.Build(complete, rest, ct) : BoundedSpanningTree.Build(complete, bounds, rest, ct);
        return new SpannedGraph(tree, complete.CoreDistances, CoreDistances.NthOther(nearest, minSamples - 1, weights));
    }

    /// <summary>Optimised at once, so that nothing is kept alive longer than it is needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static SpannedGraph ByPanels(
        PointSet points, int[]? weights, int minSamples, double alpha, int threads, IProgress<double>? search, IProgress<double>? rest, CancellationToken ct)
    {
        PanelPoints panels = PanelPoints.Create(points, threads, ct);
        panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
        int nearby = Math.Min(minSamples, points.Count - 1), k = Math.Min(points.Count - 1, nearby + SpareNeighbors);
        (NeighborLists lists, double[] beyond) = PanelNeighbors.Search(points, panels, k, nearby, threads, search, ct);
        MutualReachability graph = new(points, CoreDistances.NthOther(lists, minSamples, weights), alpha);
        MinimumSpanningTree tree = PanelSpanningTree.Build(graph, panels, lists, beyond, threads, rest.Part(0, ShareOfFinding), ct);
        tree = PrimOrder.Arrange(graph.CoreDistances, alpha, tree, lists, names: null, rest.Part(ShareOfFinding, 1 - ShareOfFinding), ct);
        return new SpannedGraph(tree, graph.CoreDistances, CoreDistances.NthOther(lists, minSamples - 1, weights));
    }

    /// <summary>The same holds here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static SpannedGraph ByTree(
        PointSet points, int[]? weights, int minSamples, double alpha, int threads, IProgress<double>? search, IProgress<double>? rest, CancellationToken ct)
    {
        KdTree boxes = KdTree.Build(points, threads, ct);
        (NeighborLists lists, double[] core, double[] predictionCore) = NearPositions(boxes, weights, minSamples, alpha, threads, search, ct);
        MinimumSpanningTree tree = BoruvkaSpanningTree.Build(boxes, lists, core, alpha, threads, rest.Part(0, ShareOfFinding), ct);
        tree = PrimOrder.Arrange(core, alpha, tree, lists, boxes.Order, rest.Part(ShareOfFinding, 1 - ShareOfFinding), ct);
        return new SpannedGraph(tree, ByPoint(core, boxes.Order), ByPoint(predictionCore, boxes.Order));
    }

    /// <summary>Everything by position. Where each neighbour counts once and alpha shortens distances, no listed one matters beside the core distance.</summary>
    private static (NeighborLists Lists, double[] Core, double[] PredictionCore) NearPositions(
        KdTree tree, int[]? weights, int minSamples, double alpha, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int k = Math.Min(minSamples, tree.Order.Length - 1);
        if (weights is null && alpha >= 1)
        {
            return KdSearch.RunForCores(tree, k, threads, progress, ct);
        }

        NeighborLists lists = KdSearch.RunInPlace(tree, k, threads, progress, ct);
        weights = weights is null ? null : Array.ConvertAll(tree.Order, point => weights[point]);
        return (lists, CoreDistances.NthOther(lists, minSamples, weights), CoreDistances.NthOther(lists, minSamples - 1, weights));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] ByPoint(double[] byPosition, int[] order)
    {
        double[] byPoint = new double[byPosition.Length];
        for (int at = 0; at < order.Length; at++)
        {
            byPoint[order[at]] = byPosition[at];
        }

        return byPoint;
    }
}

/// <summary>A minimum spanning tree of the mutual reachability graph with what it was made from.</summary>
/// <param name="Tree">The tree, in the order of Prim's algorithm.</param>
/// <param name="CoreDistances">Per point, the distance of its min-samples-th neighbour.</param>
/// <param name="PredictionCoreDistances">Per point, the distance of the neighbour before that; 0 if that is the point itself.</param>
/// <param name="Approximation">How near it is to exact; null if it is.</param>
internal sealed record SpannedGraph(MinimumSpanningTree Tree, double[] CoreDistances, double[] PredictionCoreDistances, TreeApproximation? Approximation = null);

/// <summary>How the minimum spanning tree is found. Every way is exact.</summary>
internal enum SpanningTreeMethod
{
    /// <summary>A kd-tree for many points in few dimensions, panels for many points in many, else all pairs, with bounds in many dimensions.</summary>
    Auto,

    /// <summary>Prim's algorithm on all pairs.</summary>
    AllPairs,

    /// <summary>The same, measuring in double precision only the pairs that single-precision products do not exclude.</summary>
    Bounds,

    /// <summary>Boruvka's algorithm over a kd-tree.</summary>
    Tree,

    /// <summary>Neighbour lists and a search between components, both by blocked single-precision products that double precision checks.</summary>
    Panels,
}
