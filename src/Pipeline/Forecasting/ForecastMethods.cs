namespace Pipeline.Forecasting;

/// <summary>A method of forecasting.</summary>
/// <param name="history">The counts, the oldest first.</param>
/// <param name="season">The steps of a season, such as 52 weeks; 1 where there is none.</param>
/// <param name="steps">How many steps to forecast.</param>
/// <returns>What is expected of each of the steps that follow, 0 or more.</returns>
public delegate double[] ForecastMethod(ReadOnlySpan<double> history, int season, int steps);

/// <summary>The methods that a forecast is put together of. Each fits its parameters to the history by the squared errors one step ahead. Time: O(steps of history x tried parameters).</summary>
public static class ForecastMethods
{
    private static readonly double[] Levels = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8];
    private static readonly double[] Slopes = [0.01, 0.03, 0.1, 0.2];
    private static readonly double[] Dampings = [0.8, 0.9, 0.97];

    /// <summary>The methods by name, in the order in which weights are told.</summary>
    public static IReadOnlyList<(string Name, ForecastMethod Method)> All { get; } =
        [("seasonalNaive", SeasonalNaive), ("dampedTrend", SeasonalAdjustment.Around(DampedTrend)), ("theta", SeasonalAdjustment.Around(Theta)), ("tsb", Tsb), ("level", SeasonalAdjustment.Around(Level))];

    /// <summary>The value of the same step a season before, where a season and a half is known; the last value otherwise. What other methods have to beat.</summary>
    public static double[] SeasonalNaive(ReadOnlySpan<double> history, int season, int steps)
    {
        int known = SeasonOf(history.Length, season);
        double[] forecast = new double[steps];
        for (int ahead = 0; ahead < steps; ahead++)
        {
            forecast[ahead] = history[history.Length - known + (ahead % known)];
        }

        return forecast;
    }

    /// <summary>The season that the naive method takes: the whole one, or one step.</summary>
    public static int SeasonOf(int length, int season) => 2 * length >= 3 * season ? season : 1;

    /// <summary>Exponential smoothing of the level (Brown, 1959).</summary>
    public static double[] Level(ReadOnlySpan<double> history, int season, int steps)
    {
        (double level, _) = BestLevel(history.ToArray());
        return Flat(level, steps);
    }

    /// <summary>Exponential smoothing with a damped trend (Gardner and McKenzie, Management Science 31, 1985).</summary>
    public static double[] DampedTrend(ReadOnlySpan<double> history, int season, int steps)
    {
        double best = double.MaxValue;
        double[] forecast = new double[steps];
        foreach (double alpha in Levels)
        {
            foreach (double beta in Slopes)
            {
                foreach (double phi in Dampings)
                {
                    (double error, double level, double slope) = Smooth(history, alpha, beta, phi);
                    if (error < best)
                    {
                        best = error;
                        double reach = 0, power = 1;
                        for (int ahead = 0; ahead < steps; ahead++)
                        {
                            power *= phi;
                            reach += power;
                            forecast[ahead] = Math.Max(0, level + (reach * slope));
                        }
                    }
                }
            }
        }

        return forecast;
    }

    /// <summary>The theta method: smoothing of the level with half the slope of the least-squares line as drift (Assimakopoulos and Nikolopoulos, Int. J. Forecasting 16, 2000; Hyndman and Billah, ibid. 19, 2003).</summary>
    public static double[] Theta(ReadOnlySpan<double> history, int season, int steps)
    {
        int n = history.Length;
        double mean = 0, middle = (n - 1) / 2.0, slope = 0, square = 0;
        foreach (double count in history)
        {
            mean += count / n;
        }

        for (int week = 0; week < n; week++)
        {
            slope += (week - middle) * (history[week] - mean);
            square += (week - middle) * (week - middle);
        }

        slope /= Math.Max(1, square);
        (double level, double alpha) = BestLevel(history.ToArray());
        double[] forecast = new double[steps];
        for (int ahead = 0; ahead < steps; ahead++)
        {
            forecast[ahead] = Math.Max(0, level + (slope / 2 * (ahead + ((1 - Math.Pow(1 - alpha, n)) / alpha))));
        }

        return forecast;
    }

    /// <summary>For rare incidents: the share of weeks with any and their mean count, smoothed apart (Teunter, Syntetos and Babai, Eur. J. Operational Research 214, 2011).</summary>
    public static double[] Tsb(ReadOnlySpan<double> history, int season, int steps)
    {
        double best = double.MaxValue, forecast = 0;
        foreach (double alpha in Levels)
        {
            foreach (double beta in Levels)
            {
                (double error, double rate) = Intermittent(history, alpha, beta);
                if (error < best)
                {
                    (best, forecast) = (error, rate);
                }
            }
        }

        return Flat(forecast, steps);
    }

    private static (double Error, double Rate) Intermittent(ReadOnlySpan<double> history, double alpha, double beta)
    {
        int begin = Math.Min(8, history.Length);
        double any = 0, sum = 0;
        foreach (double count in history[..begin])
        {
            any += count > 0 ? 1 : 0;
            sum += count;
        }

        double size = any > 0 ? sum / any : 1, share = any / begin, error = 0;
        foreach (double count in history)
        {
            double missed = count - (share * size);
            error += missed * missed;
            share += beta * ((count > 0 ? 1 : 0) - share);
            size += count > 0 ? alpha * (count - size) : 0;
        }

        return (error, share * size);
    }

    private static (double Level, double Alpha) BestLevel(double[] history)
    {
        double best = double.MaxValue;
        (double, double) found = (history[^1], 1);
        foreach (double alpha in Levels)
        {
            (double error, double level, _) = Smooth(history, alpha, 0, 1);
            if (error < best)
            {
                (best, found) = (error, (level, alpha));
            }
        }

        return found;
    }

    // The first weeks' mean begins the level; the slope begins at none.
    private static (double Error, double Level, double Slope) Smooth(ReadOnlySpan<double> history, double alpha, double beta, double phi)
    {
        int begin = Math.Min(8, history.Length);
        double level = 0, slope = 0, error = 0;
        foreach (double count in history[..begin])
        {
            level += count / begin;
        }

        foreach (double count in history)
        {
            double expected = level + (phi * slope), missed = count - expected;
            error += missed * missed;
            level = expected + (alpha * missed);
            slope = (phi * slope) + (alpha * beta * missed);
        }

        return (error, Math.Max(0, level), beta > 0 ? slope : 0);
    }

    private static double[] Flat(double value, int steps)
    {
        double[] forecast = new double[steps];
        Array.Fill(forecast, Math.Max(0, value));
        return forecast;
    }
}
