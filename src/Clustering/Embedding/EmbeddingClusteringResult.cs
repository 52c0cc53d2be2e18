namespace Pipeline.Clustering;

/// <summary>What <see cref="EmbeddingClustering"/> found.</summary>
public sealed record EmbeddingClusteringResult
{
    /// <summary>n x <see cref="Components"/>, row-major: where the neighbourhood graph was embedded, and what was clustered.</summary>
    public required float[] NodeEmbedding { get; init; }

    /// <summary>Dimensions of <see cref="NodeEmbedding"/>.</summary>
    public required int Components { get; init; }

    /// <summary>
    /// The granularities, finest first; at least one. All come from one tree, so that two clusters, of whatever layers, are apart or one contains the other.
    /// A cluster persists over a range of smallest clusters, those for which it is a leaf of the condensed tree. The persistence of a layer is the sum of these
    /// ranges' lengths over its leaves, divided by the number of points; layers are where it has its peaks.
    /// </summary>
    public required IReadOnlyList<ClusterLayer> Layers { get; init; }

    /// <summary>The layer to use where only one is wanted: the finest whose persistence is at least 0.7 times the largest.</summary>
    public required int ChosenLayer { get; init; }

    /// <summary>The clusters of the chosen layer.</summary>
    public HdbscanResult Clusters => Layers[ChosenLayer].Clusters;
}
