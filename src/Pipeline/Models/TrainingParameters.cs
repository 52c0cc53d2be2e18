namespace Pipeline.Models;

/// <summary>The parameters one model was trained with, every default resolved.</summary>
/// <param name="WindowMonths">The window's length in months.</param>
/// <param name="Dimensions">Dimensions kept by the principal component analysis.</param>
/// <param name="Damping">The exponent of <see cref="FrequencyDamping"/>: 0 leaves the principal scores as they are, 1 whitens them.</param>
/// <param name="Neighbors">Neighbours of the UMAP graph.</param>
/// <param name="LayoutDimensions">Dimensions of the UMAP layout that is clustered.</param>
/// <param name="MinClusterSize">HDBSCAN's smallest cluster.</param>
/// <param name="MinSamples">HDBSCAN's neighbours of a core distance.</param>
/// <param name="MinCoherence">The least mean cosine between a member of a cluster and the others, in standard deviations of that of unrelated texts; in versions of a single layout the cosine itself.</param>
/// <param name="Seed">Seeds every random choice.</param>
/// <param name="LayoutEpochs">Passes over the UMAP graph; null, as in manifests that do not name it, for what <see cref="Clustering.UmapOptions"/> takes for the number of texts.</param>
/// <param name="LayoutLearningRate">The layout's first step length.</param>
/// <param name="Layouts">How many layouts were clustered and compared; 1, as in manifests that do not name it, for a single one.</param>
/// <param name="Algorithm">What finds the clusters.</param>
public sealed record TrainingParameters(int WindowMonths, int Dimensions, double Damping, int Neighbors, int LayoutDimensions, int MinClusterSize, int MinSamples, double MinCoherence, int Seed, int? LayoutEpochs = null, double LayoutLearningRate = 1, int Layouts = 1, ClusteringAlgorithm Algorithm = ClusteringAlgorithm.Hdbscan);

/// <summary>What finds the clusters of a layout. Identity, names, answers and gate are the same for all.</summary>
public enum ClusteringAlgorithm
{
    /// <summary>HDBSCAN: the clusters of the density tree that have the most mass.</summary>
    Hdbscan,

    /// <summary>DBSCAN with a radius around each point that follows the density there.</summary>
    AdaptiveDbscan,

    /// <summary>An embedding of the neighbourhood graph in place of a layout, clustered at the granularity that stands out.</summary>
    Layers,
}
