using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Pipeline.Problems;

/// <summary>
/// Tells how the problems of a tech center develop, with a test behind every statement. A problem's weekly counts are held against its own past since it was first seen, twice: by the days of each
/// week and by the tech center's volume in it, and only what both say is said. Two tests look for a step (the newest eighth of the period against what was before, by the exact binomial test)
/// and for a slope (the score test of a Poisson rate that is linear in time; Armitage, Biometrics 11, 1955); the better of the two counts twice. Counts that scatter more than
/// those of a Poisson process, by Pearson's statistic over the problem's past, count for less. The statements of a tech center are corrected together:
/// of those made, at most one in twenty is expected to be wrong (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995).
/// </summary>
public static class ProblemTrends
{
    /// <summary>The share of false statements that is expected at most.</summary>
    public const double FalseDiscoveryRate = 0.05;

    private const int RecentParts = 8;
    private const int FewIncidents = 5;

    /// <summary>Tells the trend of each problem. O(problems x weeks).</summary>
    /// <param name="period">The weeks.</param>
    /// <param name="volume">All incidents of the tech center in each week, those of no problem included.</param>
    /// <param name="counts">Each problem's incidents in each week.</param>
    /// <returns>One trend per problem, in order.</returns>
    public static IReadOnlyList<ProblemTrend> Of(TrendPeriod period, IReadOnlyList<int> volume, IReadOnlyList<IReadOnlyList<int>> counts)
    {
        ArgumentNullException.ThrowIfNull(period);
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(counts);
        int recent = FirstRecent(period);
        Finding[] findings = [.. counts.Select(c => Examine(period, recent, volume, c))];
        double threshold = Threshold(findings);
        return [.. findings.Select(f => f.Told(threshold))];
    }

    /// <summary>The first week of the newest eighth of the period, by days: a running week alone is never held against whole ones.</summary>
    private static int FirstRecent(TrendPeriod period)
    {
        double wanted = period.Days.Sum() / RecentParts;
        double days = 0;
        int week = period.Weeks.Count;
        while (week > 0 && days < Math.Max(wanted, Math.Min(7, period.Days.Sum() / 2)))
        {
            days += period.Days[--week];
        }

        return week;
    }

    private static Finding Examine(TrendPeriod period, int recent, IReadOnlyList<int> volume, IReadOnlyList<int> counts)
    {
        int first = counts.TakeWhile(c => c == 0).Count();
        int total = counts.Sum();
        if (total < FewIncidents || recent == 0)
        {
            return Finding.None;
        }

        bool isNew = first >= recent;
        int from = isNew ? 0 : first;
        double[] days = [.. period.Days.Skip(from)];
        int[] own = [.. counts.Skip(from)];
        Comparison byDays = Compare(own, days, recent - from);

        // A problem that is most of its tech center is its volume: nothing is left to hold it against.
        Comparison byVolume = 2 * total > volume.Sum() ? byDays : Compare(own, [.. volume.Skip(from).Select(v => (double)v)], recent - from);
        bool agree = Math.Sign(byDays.Direction) == Math.Sign(byVolume.Direction);
        double p = agree ? Math.Max(byDays.PValue, byVolume.PValue) : 1;
        int newest = own.Skip(recent - from).Sum();
        ClusterTrend trend = isNew ? ClusterTrend.New : newest == 0 ? ClusterTrend.Gone : byDays.Direction > 0 ? ClusterTrend.Rising : ClusterTrend.Falling;
        RateRatio? ratio = isNew ? null : Ratio(newest, own.Sum() - newest, days.Skip(recent - from).Sum(), days.Take(recent - from).Sum());
        return new Finding(trend, newest == 0 ? ClusterTrend.Unknown : ClusterTrend.Steady, p, ratio);
    }

    /// <summary>Both tests of one problem against one measure of exposure.</summary>
    /// <param name="counts">Incidents a week, since the problem was first seen.</param>
    /// <param name="exposure">What the counts are held against, a week.</param>
    /// <param name="recent">The first week of the newest part.</param>
    private static Comparison Compare(int[] counts, double[] exposure, int recent)
    {
        int total = counts.Sum();
        int newest = counts.Skip(recent).Sum();
        double share = exposure.Skip(recent).Sum() / exposure.Sum();
        double scatter = Math.Sqrt(Scatter([.. counts.Take(recent)], exposure));
        if (share is <= 0 or >= 1)
        {
            return new Comparison(1, 0);
        }

        // The step: how far the newest part's count is from the share of all counts that its exposure makes one expect.
        double more = newest == 0 ? 1 : SpecialFunctions.BetaRegularized(newest, total - newest + 1, share);
        double less = newest == total ? 1 : 1 - SpecialFunctions.BetaRegularized(newest + 1, total - newest, share);
        double step = TwoSided(Deviate(Math.Min(more, less)) / scatter);
        double direction = newest - (total * share);

        // The slope: how far the mean time of the counts is from that of the exposure.
        double mean = 0;
        double square = 0;
        double time = 0;
        for (int week = 0; week < counts.Length; week++)
        {
            mean += exposure[week] * week;
            square += exposure[week] * week * week;
            time += (double)counts[week] * week;
        }

        mean /= exposure.Sum();
        double spread = Math.Sqrt(Math.Max(0, (square / exposure.Sum()) - (mean * mean)) * total);
        double z = spread == 0 ? 0 : (time - (total * mean)) / (spread * scatter);

        // What has risen over the time but lies below its past now, or the other way round, has no slope to tell of.
        double slope = Math.Sign(z) == Math.Sign(direction) ? TwoSided(Math.Abs(z)) : 1;
        return new Comparison(Math.Min(1, 2 * Math.Min(step, slope)), direction);
    }

    /// <summary>The variance of the counts over that of a Poisson process of their mean rate, at least 1: Pearson's statistic by its degrees of freedom.</summary>
    private static double Scatter(int[] counts, double[] exposure)
    {
        double rate = counts.Sum() / Math.Max(double.Epsilon, exposure.Take(counts.Length).Sum());
        if (counts.Length < 5 || rate == 0)
        {
            return 1;
        }

        double statistic = 0;
        int weeks = 0;
        for (int week = 0; week < counts.Length; week++)
        {
            double expected = rate * exposure[week];
            if (expected > 0)
            {
                statistic += (counts[week] - expected) * (counts[week] - expected) / expected;
                weeks++;
            }
        }

        return Math.Max(1, statistic / Math.Max(1, weeks - 1));
    }

    private static double TwoSided(double deviate) => SpecialFunctions.Erfc(Math.Max(0, deviate) / Math.Sqrt(2));

    /// <summary>The normal deviate of a one-sided tail.</summary>
    private static double Deviate(double tail) => tail >= 0.5 ? 0 : Math.Sqrt(2) * SpecialFunctions.ErfcInv(2 * Math.Max(tail, 1e-300));

    /// <summary>The rate of the newest part over the rate before, with its interval of 95 % (Clopper and Pearson, Biometrika 26, 1934, on the share of the newest part).</summary>
    private static RateRatio? Ratio(int newest, int before, double newestDays, double beforeDays)
    {
        if (before == 0 || newestDays <= 0 || beforeDays <= 0)
        {
            return null;
        }

        double scale = beforeDays / newestDays;
        double low = newest == 0 ? 0 : Beta.InvCDF(newest, before + 1, 0.025);
        double high = Beta.InvCDF(newest + 1, before, 0.975);
        return new RateRatio(Math.Round(scale * newest / before, 2), Math.Round(scale * low / (1 - low), 2), Math.Round(scale * high / (1 - high), 2));
    }

    private static double Threshold(Finding[] findings)
    {
        double[] values = [.. findings.Where(f => f.Tested).Select(f => f.PValue).Order()];
        for (int rank = values.Length; rank > 0; rank--)
        {
            if (values[rank - 1] <= FalseDiscoveryRate * rank / values.Length)
            {
                return values[rank - 1];
            }
        }

        return -1;
    }

    private readonly record struct Comparison(double PValue, double Direction);

    private sealed record Finding(ClusterTrend Trend, ClusterTrend Otherwise, double PValue, RateRatio? Ratio)
    {
        public static readonly Finding None = new(ClusterTrend.Unknown, ClusterTrend.Unknown, 1, null);

        public bool Tested => Trend != ClusterTrend.Unknown;

        public ProblemTrend Told(double threshold) => new(PValue <= threshold ? Trend : Otherwise, Ratio);
    }
}

/// <summary>How a problem develops.</summary>
/// <param name="Trend">The statement.</param>
/// <param name="Change">How much it has changed; null where there is nothing before to compare with.</param>
public sealed record ProblemTrend(ClusterTrend Trend, RateRatio? Change);

/// <summary>Incidents a day in the newest eighth of the period over those a day before, since the problem was first seen.</summary>
/// <param name="Ratio">The ratio, 0 or more.</param>
/// <param name="Low">The lower end of its interval of 95 %.</param>
/// <param name="High">The upper end of its interval of 95 %.</param>
public sealed record RateRatio(double Ratio, double Low, double High);

/// <summary>What is said of a problem's development.</summary>
public enum ClusterTrend
{
    /// <summary>There are no dates, too few incidents, or none lately and too few before to tell that it is gone.</summary>
    Unknown,

    /// <summary>First seen in the newest eighth of the period, and more often than by chance.</summary>
    New,

    /// <summary>More incidents lately than before, beyond chance.</summary>
    Rising,

    /// <summary>No change beyond chance.</summary>
    Steady,

    /// <summary>Fewer incidents lately than before, beyond chance.</summary>
    Falling,

    /// <summary>No incident in the newest eighth of the period, beyond chance.</summary>
    Gone,
}
