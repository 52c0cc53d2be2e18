using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>What a model version holds besides its manifest.</summary>
/// <param name="Arrays">The arrays of <c>model.safetensors</c>.</param>
/// <param name="Clusters">The content of <c>clusters.json</c>.</param>
/// <param name="Metrics">The content of <c>metrics.json</c>.</param>
public sealed record ModelContent(IReadOnlyDictionary<string, SafeTensor> Arrays, ModelClusters Clusters, ModelMetrics Metrics);

/// <summary>The content of <c>metrics.json</c>: how good a model version is.</summary>
/// <param name="Incidents">Training incidents.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="Unclustered">Training incidents that belong to no cluster.</param>
/// <param name="NoiseShare"><paramref name="Unclustered"/> over <paramref name="Incidents"/>, 0 to 1.</param>
/// <param name="Dbcv">Density-based cluster validity of the first layout, -1 to 1; higher is better.</param>
/// <param name="MeanPersistence">The mean of <see cref="ModelCluster.Persistence"/>; higher is more stable.</param>
/// <param name="TrainSeconds">Wall-clock seconds of the training.</param>
/// <param name="Stability">The mean adjusted Rand index between the clusters of any two of the training's layouts, 1 for the same clusters in all; null in versions that did not measure it.</param>
public sealed record ModelMetrics(int Incidents, int Clusters, int Unclustered, double NoiseShare, double Dbcv, double MeanPersistence, double TrainSeconds, double? Stability = null);
