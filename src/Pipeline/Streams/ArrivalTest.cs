using MathNet.Numerics;

namespace Pipeline.Streams;

/// <summary>
/// Whether more arrives than did before. Arrivals are taken for Poisson with a rate that is known by its past alone: with Jeffreys' prior the rate given n arrivals in an exposure E is gamma distributed, and the
/// count in the next exposure e negative binomial with n + 1/2 and E / (E + e). The tail of that is the probability of so many or more by chance.
/// </summary>
internal static class ArrivalTest
{
    /// <summary>The hours of a year.</summary>
    public const double HoursPerYear = 8_766;

    /// <summary>The probability that <paramref name="count"/> or more arrive.</summary>
    /// <param name="count">What arrived; 0 gives 1.</param>
    /// <param name="exposure">In how long, above 0, in hours of ordinary business.</param>
    /// <param name="past">What arrived before.</param>
    /// <param name="pastExposure">In how long, at least 0; 0 gives 1, for nothing is known.</param>
    public static double Tail(int count, double exposure, int past, double pastExposure) =>
        count <= 0 || pastExposure <= 0 ? 1 : SpecialFunctions.BetaRegularized(count, past + 0.5, exposure / (exposure + pastExposure));

    /// <summary>
    /// The largest probability at which a test may raise an alarm, for all tests of a year together to raise the given number at most: each series is tested once an hour in each window,
    /// and the sum of the probabilities bounds the mean number of false alarms (Boole), whatever depends on what.
    /// </summary>
    /// <param name="falseAlarmsPerYear">The number.</param>
    /// <param name="series">How many series are watched.</param>
    /// <param name="windows">How many windows each is tested in.</param>
    public static double Level(double falseAlarmsPerYear, int series, int windows) => Math.Min(0.01, falseAlarmsPerYear / (HoursPerYear * windows * Math.Max(1, series)));
}
