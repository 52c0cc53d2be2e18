namespace Pipeline.Clusters;

/// <summary>A page of clusters.</summary>
/// <param name="Total">Clusters on all pages.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Clusters per page.</param>
/// <param name="Clusters">This page's clusters; empty behind the last page.</param>
public sealed record ClusterPage(int Total, int Page, int PageSize, IReadOnlyList<ClusterSummary> Clusters);
