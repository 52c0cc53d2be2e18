using Pipeline.Problems;

namespace Pipeline.Forecasting;

/// <summary>How a forecast of the newest weeks, made of those before, does against what came.</summary>
/// <param name="Mase">The mean absolute error over that of the seasonal naive forecast within the history (mean absolute scaled error: Hyndman and Koehler, Int. J. Forecasting 22, 2006).</param>
/// <param name="Naive">The same of the seasonal naive forecast of these weeks.</param>
/// <param name="In80">The part of the counts in the interval of 80 %, 0 to 1.</param>
/// <param name="In95">The part of the counts in the interval of 95 %, 0 to 1.</param>
public sealed record ForecastTest(double Mase, double Naive, double In80, double In95)
{
    /// <summary>The weeks that are held back.</summary>
    public const int Weeks = 8;

    /// <summary>The fewest weeks before them that a test says something with.</summary>
    public const int LeastHistory = 26;

    /// <summary>The fewest incidents in these.</summary>
    public const int LeastIncidents = 10;

    /// <summary>Tests a fit made of the weeks before; null where there are too few weeks or incidents, or the counts never change from season to season.</summary>
    /// <param name="series">All weeks.</param>
    /// <param name="fit">Gives the fit of the weeks before.</param>
    /// <param name="calendar">The holidays.</param>
    /// <param name="weeks">How many weeks are held back.</param>
    public static ForecastTest? Of(WeeklySeries series, Func<WeeklySeries, CountFit> fit, HolidayCalendar calendar, int weeks = Weeks)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(fit);
        if (series.Counts.Count < LeastHistory + weeks || series.Without(weeks) is not { Total: >= LeastIncidents } before)
        {
            return null;
        }

        double[] history = [.. before.Counts], came = [.. series.Counts.Skip(history.Length)];
        int season = ForecastMethods.SeasonOf(history.Length, CountForecaster.Season);
        double scale = history.Skip(season).Zip(history, (now, then) => Math.Abs(now - then)).Average();
        if (scale == 0)
        {
            return null;
        }

        IReadOnlyList<ForecastPoint> points = CountForecaster.Run(before, weeks, fit(before), calendar).Weeks;
        return new ForecastTest(
            points.Zip(came, (p, c) => Math.Abs(p.Mean - c)).Average() / scale,
            ForecastMethods.SeasonalNaive(history, CountForecaster.Season, weeks).Zip(came, (f, c) => Math.Abs(f - c)).Average() / scale,
            points.Zip(came, (p, c) => c >= p.Low80 && c <= p.High80 ? 1.0 : 0).Average(),
            points.Zip(came, (p, c) => c >= p.Low95 && c <= p.High95 ? 1.0 : 0).Average());
    }
}
