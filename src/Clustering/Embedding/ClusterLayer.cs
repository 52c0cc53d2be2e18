namespace Pipeline.Clustering;

/// <summary>The clusters of one granularity.</summary>
/// <param name="MinClusterSize">The smallest cluster.</param>
/// <param name="Persistence">How much this granularity stands out, 0 to 1: see <see cref="EmbeddingClusteringResult.Layers"/>.</param>
/// <param name="Clusters">Excess of mass on the tree condensed at this smallest cluster; its points are those of <see cref="EmbeddingClusteringResult.NodeEmbedding"/>.</param>
public sealed record ClusterLayer(int MinClusterSize, double Persistence, HdbscanResult Clusters);
