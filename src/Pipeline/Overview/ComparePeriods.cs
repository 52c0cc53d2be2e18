using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>
/// The use case of holding two periods against each other, problem by problem. What is said of a problem is tested by the exact binomial test on its counts by the days of both periods; counts that scatter from
/// week to week more than those of a Poisson process count for less; and the statements are corrected together, as those of <see cref="ProblemTrends"/>.
/// </summary>
public sealed class ComparePeriods(ProblemCounts counts, ModelDirectory directory)
{
    private const int FewIncidents = 5;

    /// <summary>The problems with incidents in either period, those whose counts changed most first.</summary>
    /// <exception cref="RequestException">There is no such tech center, or there are no dates to compare and none were named.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<PeriodComparison> RunAsync(PeriodRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? center = request.TechCenter is null ? null : await directory.ResolveAsync(request.TechCenter, RequestProblem.NotFound, cancellationToken);
        CountedProblems known = await counts.ReadAsync(cancellationToken);
        (DayRange now, DayRange against) = request.Resolve(known.Period);
        Held[] held = [.. known.Problems(center).Select(p => new Held(p, CountsOf(p.Days, now), CountsOf(p.Days, against))).Where(h => h.Now.Total + h.Against.Total > 0)];
        double threshold = RateComparison.Threshold(held.Where(h => h.IsTested).Select(h => h.Chance));
        ComparedProblem[] problems = [.. held.Select(h => Describe(h, now, threshold)).OrderByDescending(p => Math.Abs(p.More)).ThenBy(p => p.Label, StringComparer.Ordinal).ThenBy(p => p.Places[0].TechCenter, StringComparer.Ordinal)];
        ProblemDay[] all = [.. known.Of(center)], none = [.. all.Where(d => d.ProblemId < 0)];
        return new PeriodComparison(now, against, center, Sums(all, now, against), Sums(none, now, against), problems);
    }

    private static PeriodSums Sums(IReadOnlyList<ProblemDay> days, DayRange now, DayRange against)
    {
        int count = CountsOf(days, now).Total, before = CountsOf(days, against).Total;
        return new PeriodSums(count, before, RateComparison.Ratio(count, before, now.Days, against.Days));
    }

    private static ComparedProblem Describe(Held held, DayRange now, double threshold)
    {
        (int count, int before) = (held.Now.Total, held.Against.Total);
        (double days, double daysBefore) = (held.Now.Days.Sum(), held.Against.Days.Sum());
        double more = count - (before * days / daysBefore);
        DateOnly? first = held.Problem.Days.Min(d => d.Day);
        ClusterTrend trend = !held.IsTested ? ClusterTrend.Unknown
            : held.Chance > threshold ? ClusterTrend.Steady
            : before == 0 && first >= now.From ? ClusterTrend.New
            : count == 0 ? ClusterTrend.Gone
            : more > 0 ? ClusterTrend.Rising : ClusterTrend.Falling;
        ServingProblem home = held.Problem.Places[0];
        return new ComparedProblem(
            home.Problem.Label, home.DomainName, ProblemName.Of(held.Problem), count, before, Math.Round(7 * count / days, 2), Math.Round(7 * before / daysBefore, 2), Math.Round(more, 1),
            trend, RateComparison.Ratio(count, before, days, daysBefore), held.IsTested ? Significant(held.Chance) : null, first);
    }

    // Three digits that mean something.
    private static double Significant(double chance) => chance <= 0 ? 0 : Math.Round(chance, Math.Min(15, 2 - (int)Math.Floor(Math.Log10(chance))));

    private static WeekCounts CountsOf(IReadOnlyList<ProblemDay> days, DayRange range)
    {
        int[] counts = new int[(range.Days + 6) / 7];
        foreach (ProblemDay day in days)
        {
            if (day.Day is DateOnly known && known >= range.From && known < range.Until)
            {
                counts[(known.DayNumber - range.From.DayNumber) / 7] += day.Incidents;
            }
        }

        return new WeekCounts(counts, [.. counts.Select((_, week) => (double)Math.Min(7, range.Days - (7 * week)))]);
    }

    /// <summary>Incidents in each seven days of a period, the last of which may be fewer.</summary>
    private sealed record WeekCounts(int[] Counts, double[] Days)
    {
        public int Total { get; } = Counts.Sum();
    }

    private sealed class Held(CountedProblem problem, WeekCounts now, WeekCounts against)
    {
        public CountedProblem Problem => problem;

        public WeekCounts Now => now;

        public WeekCounts Against => against;

        public bool IsTested => now.Total + against.Total >= FewIncidents;

        public double Chance { get; } = RateComparison.Step(
            now.Total, now.Total + against.Total, now.Days.Sum() / (now.Days.Sum() + against.Days.Sum()), RateComparison.Scatter([(now.Counts, now.Days), (against.Counts, against.Days)]));
    }
}

/// <summary>What came of the problems in two periods.</summary>
/// <param name="Period">The one period.</param>
/// <param name="Against">The one that it is held against.</param>
/// <param name="TechCenter">The tech center; null for all, the same problem of several of them joined.</param>
/// <param name="All">All incidents.</param>
/// <param name="OfNone">Those of no problem.</param>
/// <param name="Problems">The problems with incidents in either period, those whose counts changed most first.</param>
public sealed record PeriodComparison(DayRange Period, DayRange Against, string? TechCenter, PeriodSums All, PeriodSums OfNone, IReadOnlyList<ComparedProblem> Problems);

/// <summary>Incidents of two periods.</summary>
/// <param name="Count">Those of the one.</param>
/// <param name="Before">Those of the one that it is held against.</param>
/// <param name="Change">Incidents a day in the one over those in the other, with the exact interval of 95 %; null where there is nothing to compare with.</param>
public sealed record PeriodSums(int Count, int Before, RateRatio? Change);

/// <summary>A problem in two periods.</summary>
/// <param name="Label">Its name: that of the tech center with the most of it.</param>
/// <param name="DomainName">Its domain there.</param>
/// <param name="Places">Where it is.</param>
/// <param name="Count">Its incidents in the one period.</param>
/// <param name="Before">Its incidents in the one that it is held against.</param>
/// <param name="PerWeek">Incidents a week in the one.</param>
/// <param name="PerWeekBefore">Incidents a week in the other.</param>
/// <param name="More">How many incidents more there are than at the other period's rate; below 0 for fewer.</param>
/// <param name="Trend">What is said: new (its first incident lies in the one), rising, falling, gone, steady (no change beyond chance), unknown (fewer than five incidents in both).</param>
/// <param name="Change">Incidents a day in the one over those in the other, with the exact interval of 95 %; null where there is nothing to compare with.</param>
/// <param name="Chance">The chance of counts as far apart, before the correction for how many are tested, 0 to 1; null where it is not tested.</param>
/// <param name="FirstSeen">The day of its first incident, in UTC; null where none has a date.</param>
public sealed record ComparedProblem(
    string Label, string DomainName, IReadOnlyList<ProblemName> Places, int Count, int Before, double PerWeek, double PerWeekBefore, double More, ClusterTrend Trend, RateRatio? Change, double? Chance, DateOnly? FirstSeen);
