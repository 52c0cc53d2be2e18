namespace Pipeline.Models;

/// <summary>The content of <c>clusters.json</c>.</summary>
/// <param name="Clusters">The clusters, the largest first.</param>
/// <param name="Domains">Their domains, the largest first.</param>
/// <param name="Gone">Clusters of the version before that are no more.</param>
public sealed record ModelClusters(IReadOnlyList<ModelCluster> Clusters, IReadOnlyList<ModelDomain> Domains, IReadOnlyList<GoneCluster> Gone);
