using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>A version's content before it is measured and published.</summary>
/// <param name="Clusters">The named clusters and domains, and what became of the earlier ones.</param>
/// <param name="Arrays">The arrays of the model file.</param>
/// <param name="Unclustered">Incidents that belong to no cluster.</param>
/// <param name="NextClusterId">The lowest cluster id that is still unused.</param>
/// <param name="NextDomainId">The lowest domain id that is still unused.</param>
public sealed record ModelAssembly(ModelClusters Clusters, IReadOnlyDictionary<string, SafeTensor> Arrays, int Unclustered, int NextClusterId, int NextDomainId);
