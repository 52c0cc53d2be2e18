namespace Pipeline.Reporting;

/// <summary>One problem cluster of the report.</summary>
public sealed record ReportCluster
{
    /// <summary>The cluster's id, stable across versions.</summary>
    public required int Id { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Label { get; init; }

    /// <summary>The words that tell the cluster from the others, the strongest first.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>The id of the cluster's domain.</summary>
    public required int DomainId { get; init; }

    /// <summary>The name of the cluster's domain.</summary>
    public required string DomainName { get; init; }

    /// <summary>How many incidents were assigned to it.</summary>
    public required int Size { get; init; }

    /// <summary>The cluster's persistence in the condensed tree; higher is more stable.</summary>
    public required double Persistence { get; init; }

    /// <summary>The first incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Whether the problem is new, rising, steady, falling or gone.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>Incidents per week of <see cref="ReportTechCenter.Weeks"/>.</summary>
    public required IReadOnlyList<int> WeeklyCounts { get; init; }

    /// <summary>A few typical incidents: masked text.</summary>
    public required IReadOnlyList<string> Examples { get; init; }
}
