namespace Pipeline.Reporting;

/// <summary>A difference between two model versions.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="ClusterId">The cluster it happened to.</param>
/// <param name="Label">That cluster's name.</param>
/// <param name="Before">Its members in the version before; 0 for a new one.</param>
/// <param name="After">Its members now; 0 for one that is gone.</param>
/// <param name="Related">Names of the clusters that it was split from or merged of.</param>
public sealed record ReportChange(ClusterChangeKind Kind, int ClusterId, string Label, int Before, int After, IReadOnlyList<string> Related);
