namespace Pipeline.Training;

/// <summary>How the clusters of a training continue those of the version before.</summary>
/// <param name="Clusters">One entry per new cluster, in the order of their numbers.</param>
/// <param name="Gone">The earlier clusters that do not continue, in the order of their ids.</param>
/// <param name="NextId">The lowest id that is still unused.</param>
public sealed record LineageResult(IReadOnlyList<LineageCluster> Clusters, IReadOnlyList<LineageGone> Gone, int NextId);
