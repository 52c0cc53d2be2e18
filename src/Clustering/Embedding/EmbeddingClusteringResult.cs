namespace Pipeline.Clustering;

/// <summary>What <see cref="EmbeddingClustering"/> found.</summary>
public sealed record EmbeddingClusteringResult
{
    /// <summary>n x <see cref="Components"/>, row-major: where the neighbourhood graph was embedded, and what was clustered.</summary>
    public required float[] NodeEmbedding { get; init; }

    /// <summary>Dimensions of <see cref="NodeEmbedding"/>.</summary>
    public required int Components { get; init; }

    /// <summary>
    /// The granularities, finest first; at least one. All come from one tree, so that a cluster of a coarser layer and one of a finer layer are apart or one
    /// contains the other. A layer's persistence is the sum over the leaves of the tree, condensed at the layer's smallest cluster m, of the number of values of
    /// m for which they are leaves, times exp(-distance at which they split off), over the number of points. Layers are where it has its peaks.
    /// </summary>
    public required IReadOnlyList<ClusterLayer> Layers { get; init; }

    /// <summary>The layer to use where only one is wanted: the finest whose persistence is at least 0.8 times the largest.</summary>
    public required int ChosenLayer { get; init; }

    /// <summary>The clusters of the chosen layer.</summary>
    public HdbscanResult Clusters => Layers[ChosenLayer].Clusters;
}
