using System.Text.Json.Serialization;
using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>What to fix first.</summary>
/// <param name="At">When this was told, in UTC.</param>
/// <param name="Totals">The whole company.</param>
/// <param name="RecentFrom">The Monday from which on incidents are recent: the newest eighth of the period; null where there are no dates.</param>
/// <param name="RecentUntil">The last day of the period, in UTC: that of the newest incident, or of an earlier one where few tech centers reach so far; null where there are no dates.</param>
/// <param name="RecentDays">The days since then that incidents were opened on.</param>
/// <param name="Weeks">The Mondays of <see cref="RankedProblem.WeeklyCounts"/>, the oldest first.</param>
/// <param name="First">The three problems that weigh most.</param>
/// <param name="New">New problems, those with the most incidents first.</param>
/// <param name="Rising">Rising problems, those with the most incidents more than before first.</param>
/// <param name="Biggest">Problems with recent incidents, those with the most first.</param>
/// <param name="Changes">What the last models changed, the largest first.</param>
/// <param name="Outside">The tech centers of which nothing, or not the newest, lies in the recent part of the period, in ordinal order.</param>
public sealed record ProblemRanking(
    DateTimeOffset At,
    RankingTotals Totals,
    DateOnly? RecentFrom,
    DateOnly? RecentUntil,
    double RecentDays,
    IReadOnlyList<DateOnly> Weeks,
    IReadOnlyList<RankedProblem> First,
    IReadOnlyList<RankedProblem> New,
    IReadOnlyList<RankedProblem> Rising,
    IReadOnlyList<RankedProblem> Biggest,
    IReadOnlyList<RankingChange> Changes,
    IReadOnlyList<RankingOutside> Outside);

/// <summary>Counts over all tech centers.</summary>
/// <param name="TechCenters">Tech centers with a model.</param>
/// <param name="Problems">Problems, the same one of several tech centers counted once.</param>
/// <param name="Incidents">Incidents that were predicted.</param>
/// <param name="Recent">Those of them that are recent.</param>
/// <param name="UnclusteredShare">The share of the recent ones that are of no problem, 0 to 1.</param>
/// <param name="NewestIncident">The day of the newest incident, in UTC; null where there are no dates.</param>
/// <param name="NewestModel">When the newest model that serves was made, in UTC; null where none serves.</param>
public sealed record RankingTotals(int TechCenters, int Problems, long Incidents, int Recent, double UnclusteredShare, DateOnly? NewestIncident, DateTimeOffset? NewestModel);

/// <summary>A problem, in all the tech centers that have it.</summary>
public sealed record RankedProblem
{
    /// <summary>Its name: that of the tech center with the most of it.</summary>
    public required string Label { get; init; }

    /// <summary>Its domain there.</summary>
    public required string DomainName { get; init; }

    /// <summary>Whether people know its cause, in every tech center that has it; left out where it is open. What they ignore is not ranked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ProblemStatus Status { get; init; }

    /// <summary>Where it is, the tech center with the most recent incidents first.</summary>
    public required IReadOnlyList<ProblemPlace> Places { get; init; }

    /// <summary>All its incidents.</summary>
    public required int Size { get; init; }

    /// <summary>Its recent incidents.</summary>
    public required int Recent { get; init; }

    /// <summary>Its recent incidents a week.</summary>
    public WeeklyRate PerWeek { get; init; } = new(0, 0, 0);

    /// <summary>Its share of all recent incidents, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>How its weekly counts develop.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>How much they have changed; null where there is nothing before to compare with.</summary>
    public required RateRatio? Change { get; init; }

    /// <summary>The day of the first incident, in UTC; null where none has a date.</summary>
    public required DateOnly? FirstSeen { get; init; }

    /// <summary>The day of the last incident, in UTC; null where none has a date.</summary>
    public required DateOnly? LastSeen { get; init; }

    /// <summary>What its recent incidents cost.</summary>
    public required ProblemImpact Impact { get; init; }

    /// <summary>Each recent incident counts once, once more where it is urgent, and once more where it would not be there had the problem gone on as before.</summary>
    public double Weight { get; init; }

    /// <summary>Its incidents in each of the weeks of the ranking.</summary>
    public required IReadOnlyList<int> WeeklyCounts { get; init; }
}

/// <summary>A problem in one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem's id there.</param>
/// <param name="Label">Its name there.</param>
/// <param name="Size">Its incidents there.</param>
/// <param name="Recent">Those of them that are recent.</param>
public sealed record ProblemPlace(string TechCenter, int Id, string Label, int Size, int Recent);

/// <summary>Incidents a week.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="Low">The lower end of its interval of 95 %.</param>
/// <param name="High">The upper end of its interval of 95 %.</param>
public sealed record WeeklyRate(double Rate, double Low, double High);

/// <summary>What incidents cost, as far as the source says.</summary>
/// <param name="UrgentShare">The share of the two highest priorities among those whose priority is known, 0 to 1; null where none is known.</param>
/// <param name="ReopenedShare">The share that was opened again among those of which that is known, 0 to 1; null where none is known.</param>
/// <param name="MeanHoursToResolve">The mean time to resolve, in hours; null where none is resolved.</param>
public sealed record ProblemImpact(double? UrgentShare, double? ReopenedShare, double? MeanHoursToResolve)
{
    internal static ProblemImpact Of(IReadOnlyList<ProblemDay> days)
    {
        int prioritised = days.Sum(d => d.Prioritised), followed = days.Sum(d => d.Followed), resolved = days.Sum(d => d.Resolved);
        return new ProblemImpact(
            prioritised == 0 ? null : Math.Round(days.Sum(d => d.Urgent) / (double)prioritised, 4),
            followed == 0 ? null : Math.Round(days.Sum(d => d.Reopened) / (double)followed, 4),
            resolved == 0 ? null : Math.Round(days.Sum(d => d.HoursToResolve) / resolved, 1));
    }
}

/// <summary>What the last model of a tech center changed of a problem.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The model version.</param>
/// <param name="Kind">What happened to the problem.</param>
/// <param name="ProblemId">The problem.</param>
/// <param name="Label">Its name.</param>
/// <param name="Incidents">Its incidents in the training; of one that is gone those in the training before.</param>
public sealed record RankingChange(string TechCenter, string Version, ClusterChangeKind Kind, int ProblemId, string Label, int Incidents);

/// <summary>A tech center that does not end with the others.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="NewestIncident">The day of its newest incident, in UTC.</param>
/// <param name="Ahead">Whether it goes on after the period, so that its newest incidents are not counted; otherwise it has no recent incident.</param>
public sealed record RankingOutside(string TechCenter, DateOnly NewestIncident, bool Ahead);
