using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>What a model version holds besides its manifest.</summary>
/// <param name="Arrays">The arrays of <c>model.safetensors</c>.</param>
/// <param name="Clusters">The content of <c>clusters.json</c>.</param>
/// <param name="Metrics">The content of <c>metrics.json</c>.</param>
public sealed record ModelContent(IReadOnlyDictionary<string, SafeTensor> Arrays, ModelClusters Clusters, ModelMetrics Metrics);
