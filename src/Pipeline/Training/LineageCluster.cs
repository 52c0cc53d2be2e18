using Pipeline.Reporting;

namespace Pipeline.Training;

/// <summary>A new cluster's identity.</summary>
/// <param name="Id">The id: inherited where it is the same problem, fresh otherwise.</param>
/// <param name="Origin">Kept or merged where the id is inherited; new or split where it is fresh.</param>
/// <param name="RelatedIds">The earlier clusters that were merged into it, or that it was split from.</param>
public sealed record LineageCluster(int Id, ClusterChangeKind Origin, IReadOnlyList<int> RelatedIds);
