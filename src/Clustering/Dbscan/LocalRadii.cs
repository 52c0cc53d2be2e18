namespace Pipeline.Clustering;

/// <summary>The radius around each point by the density there; see <see cref="Dbscan"/>.</summary>
internal static class LocalRadii
{
    private const int PointsBetweenLooks = 4096;

    /// <summary>Computes. The cost is that of the nearest neighbours.</summary>
    public static double[] Compute(PointSet points, DbscanOptions options, IProgress<double>? progress, CancellationToken ct)
    {
        int k = Math.Min(options.MinPoints - 1, points.Count - 1);
        if (k == 0)
        {
            return new double[points.Count];
        }

        NeighborLists lists = Neighbors(points, k, options.Threads, progress, ct);
        double[] radii = new double[points.Count];
        double[] around = new double[k + 1];
        for (int i = 0; i < radii.Length; i++)
        {
            if (i % PointsBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            around[k] = lists.DistancesOf(i)[^1];
            for (int j = 0; j < k; j++)
            {
                around[j] = lists.DistancesOf(lists.IndicesOf(i)[j])[^1];
            }

            Array.Sort(around);
            radii[i] = options.EpsilonScale * around[around.Length / 2];
        }

        double[] sorted = [.. radii];
        Array.Sort(sorted);
        double most = sorted[Math.Max(0, (int)Math.Ceiling((1 - options.ExpectedNoise) * sorted.Length) - 1)];
        return Array.ConvertAll(radii, radius => Math.Min(radius, most));
    }

    private static NeighborLists Neighbors(PointSet points, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NeighborLists.RequireRoom(points.Count, k, nameof(DbscanOptions.MinPoints), k + 1);
        if (!NeighborSearch.SuitsPanels(points))
        {
            KdTree? tree = NeighborSearch.SuitsTree(points) ? KdTree.Build(points, threads, ct) : null;
            return NeighborSearch.Search(points, tree, points, k, threads, progress, ct);
        }

        PanelPoints panels = PanelPoints.Create(points, threads, ct);
        panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
        return PanelNeighbors.Search(points, panels, k, k, threads, progress, ct).Lists;
    }
}
