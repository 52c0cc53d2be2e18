using Pipeline.Forecasting;

namespace Pipeline.Bench;

/// <summary>The measures of the M4 competition (Makridakis, Spiliotis and Assimakopoulos, Int. J. Forecasting 36, 2020), and the forecast that they are held against.</summary>
internal static class SeriesMeasures
{
    private static readonly ForecastMethod LastOfSeason = SeasonalAdjustment.Around((history, _, steps) => [.. Enumerable.Repeat(history[^1], steps)]);

    /// <summary>The symmetric mean absolute percentage error, and the mean absolute error over that of the seasonal naive forecast within what is known.</summary>
    public static (double Smape, double Mase) Of(PublicSeries series, double[] forecast, int season)
    {
        double scale = series.Known.Skip(season).Zip(series.Known, (now, before) => Math.Abs(now - before)).Average();
        (double Forecast, double Came)[] pairs = [.. forecast.Zip(series.Came)];
        return (
            pairs.Average(p => 200 * Math.Abs(p.Forecast - p.Came) / (Math.Abs(p.Forecast) + Math.Abs(p.Came))),
            pairs.Average(p => Math.Abs(p.Forecast - p.Came)) / scale);
    }

    /// <summary>The last value, after the season was taken out, with the season put back: the competition's benchmark.</summary>
    public static double[] Naive2(double[] known, int season, int steps) => LastOfSeason(known, season, steps);
}
