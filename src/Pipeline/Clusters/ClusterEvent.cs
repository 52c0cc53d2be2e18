using Pipeline.Reporting;

namespace Pipeline.Clusters;

/// <summary>What one model version made of a cluster.</summary>
/// <param name="Version">The version.</param>
/// <param name="PublishedAt">When it was published, in UTC.</param>
/// <param name="Kind">What happened since the version before.</param>
/// <param name="Label">The cluster's name in this version; its last one where it is gone.</param>
/// <param name="Size">Training incidents that belong to it; 0 where it is gone.</param>
/// <param name="PreviousSize">The same in the version before.</param>
/// <param name="Related">What it was split from or merged of, or, where it is gone, what took most of its incidents.</param>
public sealed record ClusterEvent(string Version, DateTimeOffset PublishedAt, ClusterChangeKind Kind, string Label, int Size, int PreviousSize, IReadOnlyList<RelatedCluster> Related);
