using MathNet.Numerics;

namespace Pipeline.Problems;

/// <summary>
/// Finds the values that a problem has more often than the other incidents of its tech center. Each value is tested exactly, by the upper tail of the hypergeometric distribution (Fisher, J. R. Stat. Soc. 98, 1935):
/// how probable so many incidents with the value are among as many drawn by chance. Those are told of which, of all that are tested in all columns together, at most one in twenty is expected to be wrong
/// (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). Which values are tested depends on how frequent they are in the tech center, and on nothing that the test looks at.
/// </summary>
internal static class StandingOut
{
    private const double LeastLift = 1.2;
    private const double Negligible = 1e-17;

    /// <summary>A value that fewer incidents have cannot be told from chance well.</summary>
    private const int FewIncidents = 5;

    /// <summary>The values that stand out, the least probable by chance first.</summary>
    public static IReadOnlyList<OutstandingValue> Of(ProblemValues values)
    {
        (ValueCount Count, double Chance)[] tested =
        [
            .. values.Values.Where(v => v.Incidents >= FewIncidents && v.KnownOfProblem > 0 && v.KnownOfProblem < v.Known && v.Incidents < v.Known).Select(v => (v, ChanceOf(v.OfProblem, v.KnownOfProblem, v.Incidents, v.Known))).OrderBy(v => v.Item2),
        ];
        double told = RateComparison.Threshold(tested.Select(t => t.Chance));
        return [.. tested.TakeWhile(t => t.Chance <= told).Select(t => Describe(t.Count, t.Chance)).Where(v => v.Lift >= LeastLift)];
    }

    /// <summary>
    /// The probability that of <paramref name="drawn"/> of <paramref name="all"/> incidents at least <paramref name="found"/> are among <paramref name="marked"/>; 1 where that many or more are to be expected.
    /// </summary>
    internal static double ChanceOf(int found, int drawn, int marked, int all)
    {
        if ((double)found * all <= (double)drawn * marked)
        {
            return 1;
        }

        // Above the mean each term is smaller than the one before.
        double term = Math.Exp(Choose(marked, found) + Choose(all - marked, drawn - found) - Choose(all, drawn));
        double sum = term;
        for (int k = found; k < Math.Min(drawn, marked) && term > sum * Negligible; k++)
        {
            term *= (double)(marked - k) * (drawn - k) / ((double)(k + 1) * (all - marked - drawn + k + 1));
            sum += term;
        }

        return Math.Min(1, sum);
    }

    private static double Choose(int n, int k) => SpecialFunctions.GammaLn(n + 1.0) - SpecialFunctions.GammaLn(k + 1.0) - SpecialFunctions.GammaLn(n - k + 1.0);

    private static OutstandingValue Describe(ValueCount count, double chance)
    {
        double share = count.OfProblem / (double)count.KnownOfProblem;
        double usual = count.Incidents / (double)count.Known;
        return new OutstandingValue(count.Column, count.Value, count.OfProblem, Math.Round(share, 4), Math.Round(usual, 4), Math.Round(share / usual, 2), chance);
    }
}

/// <summary>A value that a problem has more often than its tech center, beyond chance.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The value, in the source's words.</param>
/// <param name="Incidents">The problem's incidents that have it.</param>
/// <param name="Share">They by the problem's incidents with any value in this column, 0 to 1.</param>
/// <param name="CenterShare">The same of the tech center, the problem's incidents among them, 0 to 1.</param>
/// <param name="Lift">The first share by the second, above 1.</param>
/// <param name="Chance">How probable as many or more are by chance alone, 0 to 1, before so many values are tested.</param>
public sealed record OutstandingValue(ValueColumn Column, string Value, int Incidents, double Share, double CenterShare, double Lift, double Chance);
