using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Core distances and a spanning tree from a graph of near neighbours by NN-descent: a minimum spanning tree of the graph under mutual reachability, its components joined
/// by their nearest pairs, which are found exactly.
/// </summary>
internal static class ApproximateSpanningTree
{
    /// <summary>Neighbours listed beyond those that the core distance counts: the descent finds more of them with a few more, and the graph has fewer components.</summary>
    private const int SpareNeighbors = 5;

    private const double ShareOfDescent = 0.6;
    private const double ShareOfNeighbors = 0.75;
    private const double ShareOfTree = 0.1;
    private const double ShareOfOrder = 0.05;

    /// <summary>Builds the tree. About O(n log n d) time while the graph is connected, and for joins at most O(n^2 d); O(n (d + min samples)) memory.</summary>
    /// <param name="points">At least two points.</param>
    /// <param name="weights">Per point, how many copies it stands for; null for one each.</param>
    /// <param name="minSamples">The neighbour whose distance is the core distance, 1 to the number of copies less one.</param>
    /// <param name="options">The divisor of distances, the seed and the threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SpannedGraph Build(PointSet points, int[]? weights, int minSamples, HdbscanOptions options, IProgress<double>? progress, CancellationToken ct)
    {
        int nearby = Math.Min(minSamples, points.Count - 1), k = Math.Min(points.Count - 1, nearby + SpareNeighbors);
        NeighborLists.RequireRoom(points.Count, (long)nearby + SpareNeighbors + DescentEffort.Quick.Spare, nameof(HdbscanOptions.MinSamples), minSamples);
        NeighborLists lists = NearestNeighborDescent.Search(points, k, DescentEffort.Quick, options.Seed, options.Threads, progress.Part(0, ShareOfDescent), ct);
        FarthestPoints.Search(points, lists, options.Threads, progress.Part(ShareOfDescent, ShareOfNeighbors - ShareOfDescent), ct);
        MutualReachability graph = new(points, CoreDistances.NthOther(lists, minSamples, weights), options.Alpha);
        (MinimumSpanningTree tree, int components) = PanelSpanningTree.BuildOnGraph(graph, lists, options.Threads, progress.Part(ShareOfNeighbors, ShareOfTree), ct);
        double done = ShareOfNeighbors + ShareOfTree;
        tree = PrimOrder.Arrange(graph.CoreDistances, options.Alpha, tree, lists, names: null, progress.Part(done, ShareOfOrder), ct);
        done += ShareOfOrder;
        TreeApproximation approximation = ApproximationSample.Measure(graph, tree, lists, weights, minSamples, options, progress.Part(done, 1 - done), ct);
        return new SpannedGraph(tree, graph.CoreDistances, CoreDistances.NthOther(lists, minSamples - 1, weights), approximation with { Components = components });
    }
}
