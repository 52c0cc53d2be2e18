using MathNet.Numerics.Distributions;

namespace Pipeline.Problems;

/// <summary>
/// Tells how the problems of a tech center develop, with a test behind every statement. A problem's weekly counts are held against its own past since it was first seen, by the days of each
/// week; what the volume of the tech center's other problems explains, at a level of 5 %, is not said. Two tests look for a step (the newest eighth of the period against what was before, by the exact binomial test)
/// and for a slope (the score test of a Poisson rate that is linear in time; Armitage, Biometrics 11, 1955); the better of the two counts, the slope at four fifths of the level. Counts that scatter more than
/// those of a Poisson process, by Pearson's statistic over the problem's past, count for less. The statements of a tech center are corrected together:
/// of those made, at most one in twenty is expected to be wrong (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995).
/// </summary>
public static class ProblemTrends
{
    /// <summary>The share of false statements that is expected at most.</summary>
    public const double FalseDiscoveryRate = RateComparison.FalseDiscoveryRate;

    private const double Level = 0.05;
    private const double SlopesWeight = 0.8;
    private const int RecentParts = 8;
    private const int SmallestRest = 5;
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
        Finding[] byDays = [.. counts.Select(c => Examine(period, recent, c))];
        double threshold = RateComparison.Threshold(byDays.Where(f => f.Tested).Select(f => f.PValue));
        IReadOnlyList<double> rest = Rest(volume, [.. counts.Where((c, problem) => byDays[problem].PValue <= threshold || c.Take(period.Weeks.Count / RecentParts).All(count => count == 0))]);
        return [.. byDays.Zip(counts, (finding, c) => finding.PValue <= threshold && !ByVolume(finding, c, rest, recent) ? finding.Otherwise() : finding.Told(threshold))];
    }

    /// <summary>
    /// The tech center's volume without the problems that have changed or come up in the period: what the others, which were there all the time, would make one expect of each.
    /// All of it where hardly anything else is left.
    /// </summary>
    private static double[] Rest(IReadOnlyList<int> volume, IReadOnlyList<int>[] changed)
    {
        double[] rest = [.. volume.Select((all, week) => (double)all - changed.Sum(c => c[week]))];
        return SmallestRest * rest.Sum() >= volume.Sum() ? rest : [.. volume.Select(all => (double)all)];
    }

    /// <summary>Whether a change is one against the volume too. A problem that is most of its tech center is its volume: nothing is left to hold it against.</summary>
    private static bool ByVolume(Finding finding, IReadOnlyList<int> counts, IReadOnlyList<double> volume, int recent)
    {
        if (2 * counts.Sum() > volume.Sum())
        {
            return true;
        }

        Comparison comparison = Compare(finding.Trend == ClusterTrend.New ? [.. counts] : WithoutFirst([.. counts.Skip(finding.From)]), [.. volume.Skip(finding.From)], recent - finding.From);
        // The direction is known by now: the level is that of one side.
        return comparison.PValue <= 2 * Level && Math.Sign(comparison.Direction) == Math.Sign(finding.Direction);
    }

    /// <summary>The first week of the newest eighth of the period, by days: a running week alone is never held against whole ones.</summary>
    internal static int FirstRecent(TrendPeriod period)
    {
        double all = period.Days.Sum();

        // A whole week at least, unless that is more than half of all; half a day more or less does not matter.
        double wanted = Math.Max(all / RecentParts, Math.Min(7, all / 2)) - 0.5;
        double days = 0;
        int week = period.Weeks.Count;
        while (week > 0 && days < wanted)
        {
            days += period.Days[--week];
        }

        return week;
    }

    private static Finding Examine(TrendPeriod period, int recent, IReadOnlyList<int> counts)
    {
        int first = counts.TakeWhile(c => c == 0).Count();
        if (counts.Sum() < FewIncidents || recent == 0)
        {
            return Finding.None;
        }

        bool isNew = first >= recent;
        int from = isNew ? 0 : first;
        double[] days = [.. period.Days.Skip(from)];
        int[] own = [.. counts.Skip(from)];
        Comparison comparison = Compare(isNew ? own : WithoutFirst(own), days, recent - from);
        int newest = counts.Skip(recent).Sum();
        int before = counts.Sum() - newest;
        ClusterTrend trend = isNew ? ClusterTrend.New : newest == 0 ? ClusterTrend.Gone : comparison.Direction > 0 ? ClusterTrend.Rising : ClusterTrend.Falling;
        RateRatio? ratio = isNew ? null : RateComparison.Ratio(newest, before, days.Skip(recent - from).Sum(), days.Take(recent - from).Sum());
        return new Finding(trend, comparison.PValue, comparison.Direction, from, ratio);
    }

    /// <summary>The first incident says when the problem began, and nothing of how it went on: given it, those of an even rate lie evenly in what follows.</summary>
    private static int[] WithoutFirst(int[] counts)
    {
        counts[0]--;
        return counts;
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
        double step = RateComparison.Step(newest, total, share, scatter);
        double direction = newest - (total * share);

        // The slope: how far the mean time of the counts is from that of the exposure.
        Line line = Line.Of(counts, exposure);
        double z = line.Deviation / scatter;

        // What has risen over the time but lies below its past now, or the other way round, has no slope to tell of.
        double slope = Math.Sign(z) == Math.Sign(direction) ? RateComparison.TwoSided(Math.Abs(z)) : 1;
        return new Comparison(Math.Min(1, Math.Min(slope / SlopesWeight, step / (1 - SlopesWeight))), direction);
    }

    /// <summary>
    /// The variance of the counts over that of a Poisson process whose rate is linear in time: Pearson's statistic by its degrees of freedom; 1 where it is no greater than chance
    /// alone makes it in 95 of 100 cases.
    /// </summary>
    private static double Scatter(int[] counts, double[] exposure)
    {
        Line line = Line.Of(counts, exposure);
        if (counts.Length < FewIncidents || line.Total == 0)
        {
            return 1;
        }

        double statistic = 0;
        int freedom = -2;
        for (int week = 0; week < counts.Length; week++)
        {
            double expected = line.Expected(week, exposure[week]);
            if (expected > 0)
            {
                statistic += (counts[week] - expected) * (counts[week] - expected) / expected;
                freedom++;
            }
        }

        return freedom > 0 && statistic > ChiSquared.InvCDF(freedom, 1 - Level) ? statistic / freedom : 1;
    }

    /// <summary>A Poisson rate that is linear in time, by its score at no slope.</summary>
    /// <param name="Total">All counts.</param>
    /// <param name="Rate">Counts by exposure.</param>
    /// <param name="Mean">The mean time of the exposure, in weeks.</param>
    /// <param name="Variance">The variance of that time.</param>
    /// <param name="Shift">How much later the counts are than the exposure, in weeks.</param>
    private readonly record struct Line(int Total, double Rate, double Mean, double Variance, double Shift)
    {
        private const double LeastShare = 0.1;

        /// <summary>The shift in standard deviations of what chance makes it.</summary>
        public double Deviation => Variance == 0 || Total == 0 ? 0 : Shift * Math.Sqrt(Total / Variance);

        public static Line Of(int[] counts, double[] exposure)
        {
            double sum = 0, mean = 0, square = 0, time = 0;
            for (int week = 0; week < counts.Length; week++)
            {
                sum += exposure[week];
                mean += exposure[week] * week;
                square += exposure[week] * week * week;
                time += (double)counts[week] * week;
            }

            int total = counts.Sum();
            mean /= sum;
            return sum == 0 || total == 0 ? new Line(0, 0, 0, 0, 0) : new Line(total, total / sum, mean, Math.Max(0, (square / sum) - (mean * mean)), (time / total) - mean);
        }

        /// <summary>What the line makes one expect of a week; never under a tenth of the mean.</summary>
        public double Expected(int week, double exposure) => exposure * Rate * Math.Max(LeastShare, Variance == 0 ? 1 : 1 + (Shift / Variance * (week - Mean)));
    }

    private readonly record struct Comparison(double PValue, double Direction);

    private sealed record Finding(ClusterTrend Trend, double PValue, double Direction, int From, RateRatio? Ratio)
    {
        public static readonly Finding None = new(ClusterTrend.Unknown, 1, 0, 0, null);

        public bool Tested => Trend != ClusterTrend.Unknown;

        public ProblemTrend Told(double threshold) => PValue <= threshold ? new ProblemTrend(Trend, Ratio) : Otherwise();

        // Without an incident lately nothing can be said; with some, nothing has changed beyond chance.
        public ProblemTrend Otherwise() => new(Trend is ClusterTrend.Unknown or ClusterTrend.Gone ? ClusterTrend.Unknown : ClusterTrend.Steady, Ratio);
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
