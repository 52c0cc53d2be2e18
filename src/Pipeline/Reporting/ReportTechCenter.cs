namespace Pipeline.Reporting;

/// <summary>One tech center's part of the report.</summary>
public sealed record ReportTechCenter
{
    /// <summary>The tech center's name.</summary>
    public required string Name { get; init; }

    /// <summary>The model version shown, such as <c>2026_q2</c>; null where none was published, with the reason in <see cref="Note"/>.</summary>
    public string? Version { get; init; }

    /// <summary>The version before it, to which <see cref="Changes"/> refer; null for the first.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>A remark for the reader, such as why there is no model; null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>Predicted incidents.</summary>
    public required int Incidents { get; init; }

    /// <summary>Incidents that belong to no cluster.</summary>
    public required int Unclustered { get; init; }

    /// <summary>Monday of each week that <see cref="ReportCluster.WeeklyCounts"/> counts, without gaps, oldest first; empty where the source has no dates.</summary>
    public required IReadOnlyList<DateOnly> Weeks { get; init; }

    /// <summary>The clusters, the largest first.</summary>
    public required IReadOnlyList<ReportCluster> Clusters { get; init; }

    /// <summary>The cluster map's points (a sample where there are very many).</summary>
    public required IReadOnlyList<ReportPoint> Points { get; init; }

    /// <summary>What changed since <see cref="PreviousVersion"/>.</summary>
    public required IReadOnlyList<ReportChange> Changes { get; init; }
}
