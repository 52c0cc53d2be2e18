namespace Pipeline.Forecasting;

/// <summary>
/// The profile of a season that comes again and again, by the classical multiplicative decomposition: what each value is to the centred moving average over a season, its mean over the seasons,
/// scaled so that the mean of the profile is 1 (Makridakis, Wheelwright and Hyndman, Forecasting: Methods and Applications, 1998, chapter 3). It is taken out before a method runs and put back after it.
/// </summary>
public static class SeasonalAdjustment
{
    private const double Confidence = 1.645;
    private const int LeastSeasons = 3;

    /// <summary>
    /// What each place of the season is to the mean. It is told only where the season shows: three seasons are known, every value is above 0, and the autocorrelation at the lag of a season is
    /// beyond chance (90 %, Bartlett's formula), the test of the M4 competition (Makridakis, Spiliotis and Assimakopoulos, Int. J. Forecasting 36, 2020).
    /// </summary>
    /// <param name="history">The values, the oldest first.</param>
    /// <param name="season">The steps of a season; 1 for none.</param>
    /// <returns>As many factors as the season has steps, the first for the first value of the history; null where no season shows.</returns>
    public static double[]? Profile(ReadOnlySpan<double> history, int season)
    {
        if (season < 2 || history.Length < LeastSeasons * season || !Shows(history, season))
        {
            return null;
        }

        double[] sums = new double[season];
        int[] counts = new int[season];
        int half = season / 2;
        for (int place = half; place < history.Length - half; place++)
        {
            double around = Around(history, place, season);
            sums[place % season] += history[place] / around;
            counts[place % season]++;
        }

        double[] profile = [.. sums.Zip(counts, (sum, count) => sum / count)];
        double mean = profile.Average();
        return Array.TrueForAll(profile, p => p > 0 && double.IsFinite(p)) ? [.. profile.Select(p => p / mean)] : null;
    }

    /// <summary>A method that sees the history without its season, where one shows, and whose forecast has it again.</summary>
    public static ForecastMethod Around(ForecastMethod method) => (history, season, steps) =>
    {
        if (Profile(history, season) is not double[] profile)
        {
            return method(history, season, steps);
        }

        double[] plain = history.ToArray();
        for (int place = 0; place < plain.Length; place++)
        {
            plain[place] /= profile[place % season];
        }

        double[] forecast = method(plain, season, steps);
        for (int ahead = 0; ahead < steps; ahead++)
        {
            forecast[ahead] *= profile[(history.Length + ahead) % season];
        }

        return forecast;
    };

    // Of an even season the two values at the ends count half.
    private static double Around(ReadOnlySpan<double> history, int place, int season)
    {
        int half = season / 2;
        double sum = 0;
        foreach (double value in history[(place - half)..(place + half + 1)])
        {
            sum += value;
        }

        return season % 2 == 0 ? (sum - ((history[place - half] + history[place + half]) / 2)) / season : sum / season;
    }

    private static bool Shows(ReadOnlySpan<double> history, int season)
    {
        double mean = 0, variance = 0, squares = 0, last = 0;
        foreach (double value in history)
        {
            if (value <= 0)
            {
                return false;
            }

            mean += value / history.Length;
        }

        foreach (double value in history)
        {
            variance += (value - mean) * (value - mean);
        }

        if (variance <= 1e-12 * mean * mean)
        {
            return false;
        }

        for (int lag = 1; lag <= season; lag++)
        {
            last = 0;
            for (int place = lag; place < history.Length; place++)
            {
                last += (history[place] - mean) * (history[place - lag] - mean);
            }

            last /= variance;
            squares += lag < season ? last * last : 0;
        }

        return Math.Abs(last) > Confidence * Math.Sqrt((1 + (2 * squares)) / history.Length);
    }
}
