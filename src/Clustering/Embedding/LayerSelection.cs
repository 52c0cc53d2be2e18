namespace Pipeline.Clustering;

/// <summary>Picks the granularities at which a tree persists, and one of them.</summary>
internal static class LayerSelection
{
    /// <summary>Beyond this part of the largest persistence the finer granularity is the more useful one.</summary>
    private const double AlmostLargest = 0.7;

    /// <summary>Layers share no more than this part of their leaves.</summary>
    private const double MostShared = 0.5;

    /// <summary>
    /// Picks the layers: the chosen one, and the other peaks of the persistence, the most persistent first, that differ in their leaves and in their number of
    /// clusters from those before.
    /// </summary>
    /// <param name="finest">The clusters of the finest granularity.</param>
    /// <param name="mostLayers">The most layers, 1 or more.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The layers, finest first, and the place of the chosen one. Where nothing splits, the finest granularity alone.</returns>
    public static (IReadOnlyList<ClusterLayer> Layers, int Chosen) Choose(HdbscanResult finest, int mostLayers, CancellationToken ct)
    {
        LeafLifetimes lifetimes = LeafLifetimes.Of(finest.CondensedTree, finest.Options.MinClusterSize);
        long[] persistence = lifetimes.Persistence();
        int[] peaks = [.. Enumerable.Range(0, persistence.Length).Where(at => IsPeak(persistence, at))];
        if (peaks.Length == 0)
            return ([new ClusterLayer(finest.Options.MinClusterSize, 0, finest)], 0);

        double enough = AlmostLargest * persistence.Max();
        ClusterLayer chosen = Layer(peaks.First(at => persistence[at] >= enough));
        List<ClusterLayer> layers = [chosen];
        foreach (int peak in peaks.OrderByDescending(at => persistence[at]))
        {
            if (layers.Count == mostLayers)
                break;
            if (layers.Exists(other => lifetimes.Similarity(lifetimes.Sizes[peak], other.MinClusterSize) > MostShared))
                continue;
            ClusterLayer layer = Layer(peak);
            if (!layers.Exists(other => other.Clusters.ClusterCount == layer.Clusters.ClusterCount))
                layers.Add(layer);
        }

        layers.Sort((one, other) => one.MinClusterSize.CompareTo(other.MinClusterSize));
        return (layers, layers.IndexOf(chosen));

        ClusterLayer Layer(int at) =>
            new(lifetimes.Sizes[at], (double)persistence[at] / finest.Labels.Length, Condense(finest, lifetimes.Sizes[at], ct));
    }

    private static bool IsPeak(long[] values, int at) =>
        (at == 0 || values[at] > values[at - 1]) && (at == values.Length - 1 || values[at] >= values[at + 1]);

    private static HdbscanResult Condense(HdbscanResult finest, int minClusterSize, CancellationToken ct) =>
        Hdbscan.Cluster(finest.SingleLinkageTree, finest.Options with { MinClusterSize = minClusterSize }, progress: null, ct) with
        {
            Dimensions = finest.Dimensions,
            MinSamples = finest.MinSamples,
            CoreDistances = finest.CoreDistances,
            PredictionCoreDistances = finest.PredictionCoreDistances,
            MinimumSpanningTree = finest.MinimumSpanningTree,
        };
}
