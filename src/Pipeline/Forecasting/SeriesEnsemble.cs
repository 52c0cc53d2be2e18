using System.Globalization;

namespace Pipeline.Forecasting;

/// <summary>
/// Forecasts a series by an ensemble: the mean of several methods, each weighted by the inverse of its squared mean error at rolling origins of the series itself
/// (Bates and Granger, Operational Research Quarterly 20, 1969). Deterministic.
/// </summary>
/// <param name="options">The season, and how the methods are tested.</param>
public sealed class SeriesEnsemble(EnsembleOptions options)
{
    /// <summary>The fewest values that a forecast is made of.</summary>
    public const int LeastHistory = 8;

    private const int LeastTraining = 6;
    private static readonly double[] Shares = [0.025, 0.1, 0.9, 0.975];

    /// <summary>Weighs the methods, and measures how far the ensemble errs.</summary>
    /// <param name="history">The values, 0 or more, the oldest first, at least <see cref="LeastHistory"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public EnsembleFit Fit(IReadOnlyList<double> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Count < LeastHistory)
        {
            throw new ArgumentOutOfRangeException(nameof(history), history.Count, string.Create(CultureInfo.InvariantCulture, $"The history has {history.Count} steps; it must have at least {LeastHistory}."));
        }

        double[] values = [.. history];
        Backtest[] backtests = [.. Origins(values.Length).Select(origin => Backtest.At(values, origin, options))];
        double[] errors = [.. ForecastMethods.All.Select((_, method) => backtests.Average(b => b.ErrorOf(method)))];
        double[] weights = WeightsOf(errors);

        // By weights that have not seen the origin.
        double[] scaled = [.. backtests.SelectMany((test, i) => test.Scaled(WeightsOf([.. errors.Select((_, method) => MeanWithout(backtests, i, method))]))).Order()];
        return new EnsembleFit(
            [.. ForecastMethods.All.Select((m, i) => new ForecastWeight(m.Name, Math.Round(weights[i], 4), Math.Round(errors[i], 4)))],
            [.. Shares.Select(share => Math.Round(Quantile(scaled, share, backtests.Length), 4))],
            backtests.Length);
    }

    /// <summary>Forecasts by known weights.</summary>
    /// <param name="history">The values, 0 or more, the oldest first.</param>
    /// <param name="weights">The methods' weights; one of a method that there is not is passed over.</param>
    /// <param name="steps">How many steps to forecast.</param>
    /// <returns>What is expected of each of the steps that follow, 0 or more.</returns>
    public double[] Forecast(IReadOnlyList<double> history, IReadOnlyList<ForecastWeight> weights, int steps)
    {
        ArgumentNullException.ThrowIfNull(weights);
        double[] values = [.. history], expected = new double[steps];
        double all = 0;
        foreach ((string name, ForecastMethod method) in ForecastMethods.All)
        {
            if (weights.FirstOrDefault(w => string.Equals(w.Method, name, StringComparison.Ordinal)) is { Weight: > 0 } known)
            {
                all += known.Weight;
                double[] forecast = method(values, options.Season, steps);
                for (int ahead = 0; ahead < steps; ahead++)
                {
                    expected[ahead] += known.Weight * forecast[ahead];
                }
            }
        }

        return [.. expected.Select(e => all > 0 ? e / all : 0)];
    }

    /// <summary>By what an expected value is divided to measure an error: counts scatter by the square root of what is expected.</summary>
    internal static double ScatterOf(double expected) => Math.Sqrt(Math.Max(0.25, expected));

    // The newest origins, so that each leaves steps to test on and enough before to learn from.
    private IEnumerable<int> Origins(int length)
    {
        int last = length - Math.Min(options.TestSteps, Math.Max(1, (length - LeastTraining) / 2));
        int first = Math.Max(LeastTraining, last - options.MostOrigins + 1);
        return Enumerable.Range(first, last - first + 1);
    }

    private static double MeanWithout(Backtest[] backtests, int left, int method) =>
        backtests.Length == 1 ? backtests[0].ErrorOf(method) : backtests.Where((_, i) => i != left).Average(b => b.ErrorOf(method));

    private static double[] WeightsOf(double[] errors)
    {
        double least = Math.Max(1e-6, errors.Min());
        double[] weights = [.. errors.Select(e => Math.Pow(least / Math.Max(1e-6, e), 2))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    // The median-unbiased quantile (Hyndman and Fan, The American Statistician 50, 1996, definition 8) of as many errors as there are origins: those of one origin hang together.
    private static double Quantile(double[] sorted, double share, int origins)
    {
        double third = 1.0 / 3;
        double place = origins < 2 ? share * (sorted.Length - 1) : Math.Clamp(((share * (origins + third)) + third - 1) / (origins - 1), 0, 1) * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[^1];
    }

    /// <summary>What every method said at one origin, and what came.</summary>
    private sealed record Backtest(double[][] Forecasts, double[] Came)
    {
        public static Backtest At(double[] values, int origin, EnsembleOptions options)
        {
            double[] came = values[origin..Math.Min(values.Length, origin + options.TestSteps)];
            return new Backtest([.. ForecastMethods.All.Select(m => m.Method(values.AsSpan(0, origin), options.Season, came.Length))], came);
        }

        public double ErrorOf(int method) => Forecasts[method].Zip(Came, (f, c) => Math.Abs(f - c)).Average();

        public IEnumerable<double> Scaled(double[] weights) => Came.Select((came, step) =>
        {
            double expected = Forecasts.Zip(weights, (f, w) => w * f[step]).Sum();
            return (came - expected) / ScatterOf(expected);
        });
    }
}

/// <summary>How an ensemble forecasts.</summary>
/// <param name="Season">The steps of a season: 52 of weeks, 12 of months; 1 for none.</param>
/// <param name="TestSteps">How many steps ahead the methods are tested, 1 or more.</param>
/// <param name="MostOrigins">The most origins that they are tested at, the newest ones, 1 or more.</param>
public sealed record EnsembleOptions(int Season, int TestSteps = 4, int MostOrigins = 26);

/// <summary>What an ensemble has learned of a series.</summary>
/// <param name="Methods">What each method counts for.</param>
/// <param name="Errors">The quantiles 0.025, 0.1, 0.9 and 0.975 of the ensemble's errors at the rolling origins, each divided by the square root of what was expected.</param>
/// <param name="Origins">The origins at which the methods were tested.</param>
public sealed record EnsembleFit(IReadOnlyList<ForecastWeight> Methods, IReadOnlyList<double> Errors, int Origins);

/// <summary>A method of the ensemble.</summary>
/// <param name="Method">seasonalNaive, dampedTrend, theta, tsb or level.</param>
/// <param name="Weight">Its share, 0 to 1.</param>
/// <param name="Error">Its mean absolute error at the rolling origins, in what is counted.</param>
public sealed record ForecastWeight(string Method, double Weight, double Error);
