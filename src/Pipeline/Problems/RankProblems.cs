using MathNet.Numerics.Distributions;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>
/// The use case of telling what to fix first in the whole company: the new, the rising and the biggest problems over all tech centers, the same problem of several of them joined. Trends are told of all
/// problems together, as <see cref="ProblemTrends"/> does it of one tech center. The answer is kept for a short time, however many ask.
/// </summary>
public sealed class RankProblems : IDisposable
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Fresh = KeptAnswer<ProblemRanking>.Fresh;

    private const int First = 3;
    private const int MostListed = 12;
    private const int MostChanges = 12;
    private const int ShownWeeks = 52;

    private readonly KeptAnswer<ProblemRanking> _ranking;

    /// <summary>Ranks what the stores hold.</summary>
    public RankProblems(IProblemIncidents incidents, ModelStore models, ModelDirectory directory, TimeProvider clock) =>
        _ranking = new KeptAnswer<ProblemRanking>(async token => Rank(await CountedProblems.ReadAsync(incidents, models, directory, clock, token), clock), clock);

    /// <summary>Tells what to fix first.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public Task<ProblemRanking> RunAsync(CancellationToken cancellationToken = default) => _ranking.GetAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _ranking.Dispose();

    /// <summary>Makes the next answer anew: something was decided about the problems.</summary>
    public void Forget() => _ranking.Forget();

    private static ProblemRanking Rank(CountedProblems known, TimeProvider clock)
    {
        (ServingProblems serving, IReadOnlyList<ProblemDay> days, RankingPeriod period) = (known.Serving, known.Days, known.Period);
        int recent = period.FirstRecent;
        int[] volume = period.Count(days);
        CountedProblem[] problems = [.. known.Problems(techCenter: null)];
        int[][] weeks = [.. problems.Select(p => period.Count(p.Days))];
        IReadOnlyList<ProblemTrend> trends = ProblemTrends.Of(period.Weeks, volume, weeks);
        double recentDays = period.Weeks.Days.Skip(recent).Sum();
        int recentVolume = volume.Skip(recent).Sum();
        RankedProblem[] ranked =
        [
            .. problems.Select((problem, i) => Weighed(Describe(problem, weeks[i], trends[i], known) with
            {
                PerWeek = RateOf(weeks[i].Skip(recent).Sum(), recentDays),
                Share = recentVolume == 0 ? 0 : Math.Round(weeks[i].Skip(recent).Sum() / (double)recentVolume, 4),
            })),
        ];
        return new ProblemRanking(
            clock.GetUtcNow(),
            Totals(serving, days, period, ranked.Length),
            period.Weeks.Weeks.Count == 0 ? null : period.Weeks.Weeks[recent],
            period.Until,
            Math.Round(recentDays, 1),
            [.. period.Weeks.Weeks.TakeLast(ShownWeeks)],
            [.. ranked.Where(p => p.Recent > 0).OrderByDescending(p => p.Weight).ThenBy(p => p.Label, StringComparer.Ordinal).Take(First)],
            [.. ranked.Where(p => p.Trend == ClusterTrend.New).OrderByDescending(p => p.Recent).ThenBy(p => p.Label, StringComparer.Ordinal).Take(MostListed)],
            [.. ranked.Where(p => p.Trend == ClusterTrend.Rising).OrderByDescending(More).ThenBy(p => p.Label, StringComparer.Ordinal).Take(MostListed)],
            [.. ranked.Where(p => p.Recent > 0).OrderByDescending(p => p.Recent).ThenBy(p => p.Label, StringComparer.Ordinal).Take(MostListed)],
            ChangesOf(serving),
            period.Outside);
    }

    // How many of the recent incidents there would not be, had the problem gone on as before. Where that may be chance, none.
    private static double More(RankedProblem problem) => problem.Trend switch
    {
        ClusterTrend.New => problem.Recent,
        ClusterTrend.Rising => problem.Recent * (1 - (1 / Math.Max(1, problem.Change?.Ratio ?? 1))),
        _ => 0,
    };

    private static RankedProblem Weighed(RankedProblem problem) => problem with { Weight = Math.Round(problem.Recent * (1 + (problem.Impact.UrgentShare ?? 0)) + More(problem), 1) };

    private static RankedProblem Describe(CountedProblem counted, int[] weeks, ProblemTrend trend, CountedProblems known)
    {
        (RankingPeriod period, IReadOnlyList<ServingProblem> group) = (known.Period, counted.Places);
        ProblemDay[] lately = [.. counted.Days.Where(d => period.IndexOf(d.Day) >= period.FirstRecent)];
        DateOnly[] dates = [.. counted.Days.Where(d => d.Day is not null).Select(d => d.Day!.Value)];
        return new RankedProblem
        {
            Label = group[0].Problem.Label,
            DomainName = group[0].DomainName,
            Status = group.All(p => p.Problem.Marks?.Status == ProblemStatus.KnownError) ? ProblemStatus.KnownError : ProblemStatus.Open,
            Places =
            [
                .. group.Select(p => new ProblemPlace(p.TechCenter, p.Problem.Id, p.Problem.Label, known.Of(p.TechCenter, p.Problem.Id).Sum(d => d.Incidents), period.Count(known.Of(p.TechCenter, p.Problem.Id)).Skip(period.FirstRecent).Sum()))
                    .OrderByDescending(p => p.Recent).ThenBy(p => p.TechCenter, StringComparer.Ordinal),
            ],
            Size = counted.Days.Sum(d => d.Incidents),
            Recent = weeks.Skip(period.FirstRecent).Sum(),
            Trend = trend.Trend,
            Change = trend.Change,
            FirstSeen = dates.Length == 0 ? null : dates.Min(),
            LastSeen = dates.Length == 0 ? null : dates.Max(),
            Impact = ProblemImpact.Of(lately),
            WeeklyCounts = [.. weeks.TakeLast(ShownWeeks)],
        };
    }

    private static RankingTotals Totals(ServingProblems serving, IReadOnlyList<ProblemDay> days, RankingPeriod period, int problems)
    {
        ProblemDay[] lately = [.. days.Where(d => period.IndexOf(d.Day) >= period.FirstRecent)];
        int all = lately.Sum(d => d.Incidents);
        return new RankingTotals(
            serving.Centers.Count,
            problems,
            days.Sum(d => (long)d.Incidents),
            all,
            all == 0 ? 0 : Math.Round(lately.Where(d => d.ProblemId < 0).Sum(d => d.Incidents) / (double)all, 4),
            days.Max(d => d.Day),
            serving.Centers.Select(c => (DateTimeOffset?)c.Manifest.CreatedAt).DefaultIfEmpty(null).Max());
    }

    private static IReadOnlyList<RankingChange> ChangesOf(ServingProblems serving)
    {
        IEnumerable<RankingChange> changed =
            from center in serving.Centers.Where(c => c.Manifest.PreviousVersion is not null)
            from problem in center.Clusters.Problems.Where(p => p.Origin != ClusterChangeKind.Kept && !p.IsIgnored)
            select new RankingChange(center.TechCenter, center.Manifest.Version, problem.Origin, problem.Id, problem.Label, problem.Size);
        IEnumerable<RankingChange> gone =
            from center in serving.Centers.Where(c => c.Manifest.PreviousVersion is not null)
            from problem in center.Clusters.GoneProblems.Where(p => p.MergedInto is null)
            select new RankingChange(center.TechCenter, center.Manifest.Version, ClusterChangeKind.Gone, problem.Id, problem.Label, problem.PreviousSize);
        return [.. changed.Concat(gone).OrderByDescending(c => c.Incidents).ThenBy(c => c.TechCenter, StringComparer.Ordinal).ThenBy(c => c.ProblemId).Take(MostChanges)];
    }

    /// <summary>The rate with its exact interval of 95 % (Garwood, Biometrika 28, 1936).</summary>
    private static WeeklyRate RateOf(int count, double days)
    {
        if (days <= 0)
        {
            return new WeeklyRate(0, 0, 0);
        }

        double low = count == 0 ? 0 : ChiSquared.InvCDF(2 * count, 0.025) / 2;
        double high = ChiSquared.InvCDF(2 * (count + 1), 0.975) / 2;
        return new WeeklyRate(Math.Round(7 * count / days, 2), Math.Round(7 * low / days, 2), Math.Round(7 * high / days, 2));
    }
}
