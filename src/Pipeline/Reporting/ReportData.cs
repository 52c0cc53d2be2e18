using Pipeline.Models;
using Pipeline.Problems;

namespace Pipeline.Reporting;

/// <summary>Everything the report shows; holds masked text only.</summary>
/// <param name="Title">The report's heading.</param>
/// <param name="GeneratedAt">When the report was made, in UTC.</param>
/// <param name="TechCenters">One entry per tech center, the largest first.</param>
public sealed record ReportData(string Title, DateTimeOffset GeneratedAt, IReadOnlyList<ReportTechCenter> TechCenters);

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

    /// <summary>Incidents that belong to no problem.</summary>
    public required int Unclustered { get; init; }

    /// <summary>Monday of each week that <see cref="ReportProblem.WeeklyCounts"/> counts, without gaps, oldest first; empty where the source has no dates.</summary>
    public required IReadOnlyList<DateOnly> Weeks { get; init; }

    /// <summary>The problems, the largest first.</summary>
    public required IReadOnlyList<ReportProblem> Problems { get; init; }

    /// <summary>The map's points (a sample where there are very many).</summary>
    public required IReadOnlyList<ReportPoint> Points { get; init; }

    /// <summary>Problems that were told of since the last training, the newest first.</summary>
    public IReadOnlyList<ReportEmerging> Emerging { get; init; } = [];

    /// <summary>What changed since <see cref="PreviousVersion"/>.</summary>
    public required IReadOnlyList<ReportChange> Changes { get; init; }
}

/// <summary>A problem that was told of since the last training.</summary>
/// <param name="Id">The id that it keeps when a training takes it over.</param>
/// <param name="Label">Its name.</param>
/// <param name="Items">How many incidents of it there have been.</param>
/// <param name="FirstSeen">The first incident's date in UTC.</param>
/// <param name="LastSeen">The newest incident's date in UTC.</param>
/// <param name="PerDay">Incidents a day when it was noticed.</param>
/// <param name="Examples">A few of them: masked text.</param>
public sealed record ReportEmerging(int Id, string Label, long Items, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, double PerDay, IReadOnlyList<string> Examples);

/// <summary>One problem of the report.</summary>
public sealed record ReportProblem
{
    /// <summary>The problem's id, stable across versions.</summary>
    public required int Id { get; init; }

    /// <summary>The problem's name.</summary>
    public required string Label { get; init; }

    /// <summary>The words that tell the problem from the others, the strongest first.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>The id of the problem's domain.</summary>
    public required int DomainId { get; init; }

    /// <summary>The name of the problem's domain.</summary>
    public required string DomainName { get; init; }

    /// <summary>How many incidents were assigned to it.</summary>
    public required int Size { get; init; }

    /// <summary>The first incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Whether the problem is new, rising, steady, falling or gone.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>How much its incidents a day have changed; null where there is nothing before to compare with.</summary>
    public RateRatio? Change { get; init; }

    /// <summary>Incidents per week of <see cref="ReportTechCenter.Weeks"/>.</summary>
    public required IReadOnlyList<int> WeeklyCounts { get; init; }

    /// <summary>The ways in which it is worded, the most frequent first.</summary>
    public required IReadOnlyList<ReportVariant> Variants { get; init; }
}

/// <summary>One way in which a problem is worded: a cluster.</summary>
/// <param name="Id">The cluster's id, stable across versions.</param>
/// <param name="Label">The cluster's name.</param>
/// <param name="Size">How many incidents were assigned to it.</param>
/// <param name="Examples">A few typical incidents: masked text.</param>
public sealed record ReportVariant(int Id, string Label, int Size, IReadOnlyList<string> Examples);

/// <summary>One incident on the map.</summary>
/// <param name="X">Horizontal position, in the layout's own units.</param>
/// <param name="Y">Vertical position, in the layout's own units.</param>
/// <param name="ProblemId">The problem's id, -1 for unclustered.</param>
/// <param name="Number">The incident's number.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Text">The start of its masked text.</param>
public sealed record ReportPoint(float X, float Y, int ProblemId, string Number, DateTimeOffset? CreatedOn, string Text);

/// <summary>A difference between two model versions.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="ProblemId">The problem it happened to.</param>
/// <param name="Label">That problem's name.</param>
/// <param name="Before">Its members in the version before; 0 for a new one.</param>
/// <param name="After">Its members now; 0 for one that is gone.</param>
/// <param name="Related">Names of the problems that it was split from or merged of.</param>
public sealed record ReportChange(ClusterChangeKind Kind, int ProblemId, string Label, int Before, int After, IReadOnlyList<string> Related);
