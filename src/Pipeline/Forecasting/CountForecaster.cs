using System.Globalization;

namespace Pipeline.Forecasting;

/// <summary>
/// Forecasts weekly counts by an ensemble: the mean of several methods, each weighted by the inverse of its squared mean error at rolling origins of the history itself
/// (Bates and Granger, Operational Research Quarterly 20, 1969). The intervals are those within which the ensemble's errors at these origins lay, by the square root of the forecast, as counts scatter.
/// Deterministic.
/// </summary>
public static class CountForecaster
{
    /// <summary>The fewest weeks that a forecast is made of.</summary>
    public const int LeastHistory = 8;

    /// <summary>The most weeks that are forecast.</summary>
    public const int MostWeeks = 26;

    private const int MostOrigins = 26;
    private const int BacktestWeeks = 4;
    private const int LeastTraining = 6;
    private const double LeastScatter = 0.25;

    /// <summary>Forecasts.</summary>
    /// <param name="history">Whole weeks, the oldest first, at least <see cref="LeastHistory"/>.</param>
    /// <param name="weeks">How many weeks to forecast, 1 to <see cref="MostWeeks"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less history, or the weeks are out of their range.</exception>
    public static CountForecast Run(IReadOnlyList<double> history, int weeks)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Count < LeastHistory)
        {
            throw new ArgumentOutOfRangeException(nameof(history), history.Count, string.Create(CultureInfo.InvariantCulture, $"The history has {history.Count} whole weeks; it must have at least {LeastHistory}."));
        }

        if (weeks is < 1 or > MostWeeks)
        {
            throw new ArgumentOutOfRangeException(nameof(weeks), weeks, string.Create(CultureInfo.InvariantCulture, $"weeks is {weeks}; it must be from 1 to {MostWeeks}."));
        }

        double[] counts = [.. history];
        Backtest[] backtests = [.. Origins(counts.Length).Select(origin => Backtest.At(counts, origin))];
        double[] errors = [.. ForecastMethods.All.Select((_, method) => backtests.Average(b => b.ErrorOf(method)))];
        double[] weights = WeightsOf(errors);
        double[] scaled = [.. backtests.SelectMany((test, i) => test.Scaled(WeightsOf([.. errors.Select((_, method) => MeanWithout(backtests, i, method))]))).Order()];
        double[][] forecasts = [.. ForecastMethods.All.Select(m => m.Method(counts, weeks))];
        return new CountForecast(
            [.. Enumerable.Range(0, weeks).Select(week => PointOf(forecasts.Zip(weights, (f, weight) => weight * f[week]).Sum(), scaled))],
            [.. ForecastMethods.All.Select((m, i) => new ForecastWeight(m.Name, Math.Round(weights[i], 4), Math.Round(errors[i], 4)))],
            backtests.Length);
    }

    // The newest origins, so that each leaves weeks to test on and enough before to learn from.
    private static IEnumerable<int> Origins(int length)
    {
        int last = length - Math.Min(BacktestWeeks, Math.Max(1, (length - LeastTraining) / 2));
        int first = Math.Max(LeastTraining, last - MostOrigins + 1);
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

    private static ForecastPoint PointOf(double expected, double[] scaled)
    {
        double scatter = Math.Sqrt(Math.Max(LeastScatter, expected));
        double At(double share) => Math.Round(Math.Max(0, expected + (scatter * Quantile(scaled, share))), 2);
        double mean = Math.Round(expected, 2);
        return new ForecastPoint(mean, Math.Min(mean, At(0.1)), Math.Max(mean, At(0.9)), Math.Min(mean, At(0.025)), Math.Max(mean, At(0.975)));
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[^1];
    }

    /// <summary>What every method said at one origin, and what came.</summary>
    private sealed record Backtest(double[][] Forecasts, double[] Came)
    {
        public static Backtest At(double[] counts, int origin)
        {
            double[] came = counts[origin..Math.Min(counts.Length, origin + BacktestWeeks)];
            return new Backtest([.. ForecastMethods.All.Select(m => m.Method(counts.AsSpan(0, origin), came.Length))], came);
        }

        public double ErrorOf(int method) => Forecasts[method].Zip(Came, (f, c) => Math.Abs(f - c)).Average();

        public IEnumerable<double> Scaled(double[] weights) => Came.Select((came, week) =>
        {
            double expected = Forecasts.Zip(weights, (f, w) => w * f[week]).Sum();
            return (came - expected) / Math.Sqrt(Math.Max(LeastScatter, expected));
        });
    }
}

/// <summary>A forecast of weekly counts.</summary>
/// <param name="Weeks">The weeks that follow the history.</param>
/// <param name="Methods">What each method counts for.</param>
/// <param name="Origins">The origins at which the methods were tested.</param>
public sealed record CountForecast(IReadOnlyList<ForecastPoint> Weeks, IReadOnlyList<ForecastWeight> Methods, int Origins);

/// <summary>What is expected of one week.</summary>
/// <param name="Mean">The expected count.</param>
/// <param name="Low80">The lower end of the interval of 80 %.</param>
/// <param name="High80">The upper end of the interval of 80 %.</param>
/// <param name="Low95">The lower end of the interval of 95 %.</param>
/// <param name="High95">The upper end of the interval of 95 %.</param>
public sealed record ForecastPoint(double Mean, double Low80, double High80, double Low95, double High95);

/// <summary>A method of the ensemble.</summary>
/// <param name="Method">seasonalNaive, dampedTrend, theta, tsb or level.</param>
/// <param name="Weight">Its share, 0 to 1.</param>
/// <param name="Error">Its mean absolute error at the rolling origins, in incidents a week.</param>
public sealed record ForecastWeight(string Method, double Weight, double Error);
