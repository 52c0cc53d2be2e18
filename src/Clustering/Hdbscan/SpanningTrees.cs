namespace Pipeline.Clustering;

/// <summary>Core distances and the minimum spanning tree by the method that suits the points. Every method is exact.</summary>
internal static class SpanningTrees
{
    private const double ShareOfNeighbors = 0.47;

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
        IProgress<double>? search = progress.Part(0, ShareOfNeighbors), rest = progress.Part(ShareOfNeighbors, 1 - ShareOfNeighbors);
        if (method == SpanningTreeMethod.Panels || (method == SpanningTreeMethod.Auto && NeighborSearch.SuitsPanels(points)))
        {
            PanelPoints panels = PanelPoints.Create(points, threads, ct);
            panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
            int k = Math.Min(points.Count - 1, nearby + SpareNeighbors);
            (NeighborLists lists, double[] beyond) = PanelNeighbors.Search(points, panels, k, nearby, threads, search, ct);
            MutualReachability graph = new(points, CoreDistances.NthOther(lists, minSamples, weights), alpha);
            MinimumSpanningTree tree = PanelSpanningTree.Build(graph, panels, lists, beyond, threads, rest, ct);
            return Arranged(graph, tree, lists, minSamples, weights);
        }

        if (method == SpanningTreeMethod.Tree || (method == SpanningTreeMethod.Auto && NeighborSearch.SuitsTree(points)))
        {
            KdTree boxes = KdTree.Build(points);
            NeighborLists lists = boxes.Search(points, nearby, threads, search, ct);
            MutualReachability graph = new(points, CoreDistances.NthOther(lists, minSamples, weights), alpha);
            return Arranged(graph, BoruvkaSpanningTree.Build(graph, boxes, lists, threads, rest, ct), lists, minSamples, weights);
        }

        NeighborLists nearest = BruteForceNeighbors.Search(points, points, nearby, threads, search, ct);
        MutualReachability complete = new(points, CoreDistances.NthOther(nearest, minSamples, weights), alpha);
        return new SpannedGraph(PrimSpanningTree.Build(complete, threads, rest, ct), complete.CoreDistances, CoreDistances.NthOther(nearest, minSamples - 1, weights));
    }

    private static SpannedGraph Arranged(MutualReachability graph, MinimumSpanningTree tree, NeighborLists lists, int minSamples, int[]? weights) =>
        new(PrimOrder.Arrange(graph, tree, lists), graph.CoreDistances, CoreDistances.NthOther(lists, minSamples - 1, weights));
}
