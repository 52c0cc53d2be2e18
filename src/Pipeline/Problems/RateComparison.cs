using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Pipeline.Problems;

/// <summary>Holds two counts against each other by what they are counted over, and many such comparisons together.</summary>
internal static class RateComparison
{
    /// <summary>The share of false statements that is expected at most.</summary>
    public const double FalseDiscoveryRate = 0.05;

    private const int LeastFreedom = 3;

    /// <summary>The chance, on either side, of a count as far from its share of the total: the exact binomial test (Przyborowski and Wilenski, Biometrika 31, 1940).</summary>
    /// <param name="count">The count of one part.</param>
    /// <param name="total">That of both.</param>
    /// <param name="share">The part's share of what both are counted over, above 0 and below 1.</param>
    /// <param name="scatter">The standard deviation of such counts over that of a Poisson process, 1 or more: it makes them count for less.</param>
    public static double Step(int count, int total, double share, double scatter)
    {
        double more = count == 0 ? 1 : SpecialFunctions.BetaRegularized(count, total - count + 1, share);
        double less = count == total ? 1 : 1 - SpecialFunctions.BetaRegularized(count + 1, total - count, share);
        return TwoSided(Deviate(Math.Min(more, less)) / scatter);
    }

    /// <summary>
    /// The standard deviation of counts over that of Poisson processes with one rate in each stretch: the root of Pearson's statistic by its degrees of freedom; 1 where it is no greater than chance alone
    /// makes it in 95 of 100 cases.
    /// </summary>
    /// <param name="stretches">Counts, and the days of each, of some stretches of time.</param>
    public static double Scatter(IReadOnlyList<(int[] Counts, double[] Days)> stretches)
    {
        double statistic = 0;
        int freedom = 0;
        foreach ((int[] counts, double[] days) in stretches.Where(s => s.Counts.Sum() > 0))
        {
            double rate = counts.Sum() / days.Sum();
            statistic += counts.Zip(days, (count, day) => (count - (rate * day)) * (count - (rate * day)) / (rate * day)).Sum();
            freedom += counts.Length - 1;
        }

        return freedom >= LeastFreedom && statistic > ChiSquared.InvCDF(freedom, 0.95) ? Math.Sqrt(statistic / freedom) : 1;
    }

    /// <summary>The chance of a normal deviate as far from zero, on either side.</summary>
    public static double TwoSided(double deviate) => SpecialFunctions.Erfc(Math.Max(0, deviate) / Math.Sqrt(2));

    /// <summary>The rate of one part over that of the other, with its interval of 95 % (Clopper and Pearson, Biometrika 26, 1934, on the share of the one part); null where there is nothing to compare with.</summary>
    /// <param name="newest">The count of the one part.</param>
    /// <param name="before">That of the other.</param>
    /// <param name="newestDays">The days of the one part.</param>
    /// <param name="beforeDays">Those of the other.</param>
    public static RateRatio? Ratio(int newest, int before, double newestDays, double beforeDays)
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

    /// <summary>The largest chance that a statement is made at, so that of those made at most <see cref="FalseDiscoveryRate"/> are expected to be wrong (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995); below 0 where none is.</summary>
    /// <param name="chances">The chances of all that was tested.</param>
    public static double Threshold(IEnumerable<double> chances)
    {
        double[] values = [.. chances.Order()];
        for (int rank = values.Length; rank > 0; rank--)
        {
            if (values[rank - 1] <= FalseDiscoveryRate * rank / values.Length)
            {
                return values[rank - 1];
            }
        }

        return -1;
    }

    /// <summary>The normal deviate of a one-sided tail.</summary>
    private static double Deviate(double tail) => tail >= 0.5 ? 0 : Math.Sqrt(2) * SpecialFunctions.ErfcInv(2 * Math.Max(tail, 1e-300));
}
