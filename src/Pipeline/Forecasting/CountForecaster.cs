using System.Globalization;
using Pipeline.Problems;

namespace Pipeline.Forecasting;

/// <summary>
/// Forecasts weekly counts by a <see cref="SeriesEnsemble"/> whose season is the year, of the counts as they would have been without holidays; what a holiday takes away is taken off again afterwards. The intervals are those within which the ensemble's errors at its rolling origins lay, by the square root of the
/// forecast, as counts scatter. Deterministic.
/// </summary>
public static class CountForecaster
{
    /// <summary>The fewest weeks that a forecast is made of.</summary>
    public const int LeastHistory = SeriesEnsemble.LeastHistory;

    /// <summary>The most weeks that are forecast.</summary>
    public const int MostWeeks = 26;

    /// <summary>The weeks of a year.</summary>
    public const int Season = 52;

    private static readonly SeriesEnsemble Ensemble = new(new EnsembleOptions(Season));

    /// <summary>Forecasts counts of which no week is known.</summary>
    /// <param name="history">Whole weeks, the oldest first, at least <see cref="LeastHistory"/>.</param>
    /// <param name="weeks">How many weeks to forecast, 1 to <see cref="MostWeeks"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less history, or the weeks are out of their range.</exception>
    public static CountForecast Run(IReadOnlyList<double> history, int weeks)
    {
        WeeklySeries series = new(DateOnly.MinValue, history);
        return Run(series, weeks, Fit(series, HolidayCalendar.None, HolidayEffect.Default), HolidayCalendar.None);
    }

    /// <summary>Forecasts by what was learned, now or before.</summary>
    /// <param name="series">The whole weeks.</param>
    /// <param name="weeks">How many weeks to forecast, 1 to <see cref="MostWeeks"/>.</param>
    /// <param name="fit">What was learned of these counts.</param>
    /// <param name="calendar">The holidays.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weeks are out of their range.</exception>
    public static CountForecast Run(WeeklySeries series, int weeks, CountFit fit, HolidayCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(fit);
        if (weeks is < 1 or > MostWeeks)
        {
            throw new ArgumentOutOfRangeException(nameof(weeks), weeks, string.Create(CultureInfo.InvariantCulture, $"weeks is {weeks}; it must be from 1 to {MostWeeks}."));
        }

        double[] expected = Ensemble.Forecast(Ordinary(series, calendar, fit.Holidays), fit.Ensemble.Methods, weeks);
        return new CountForecast([.. expected.Select((e, ahead) => PointOf(e * fit.Holidays.Factor(calendar, series.Week(series.Counts.Count + ahead)), fit.Ensemble.Errors))], fit);
    }

    /// <summary>Learns how counts are forecast.</summary>
    /// <param name="series">Whole weeks, at least <see cref="LeastHistory"/>.</param>
    /// <param name="calendar">The holidays.</param>
    /// <param name="before">What is taken for the effect of a holiday where the counts do not tell.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer weeks.</exception>
    public static CountFit Fit(WeeklySeries series, HolidayCalendar calendar, HolidayEffect before)
    {
        ArgumentNullException.ThrowIfNull(series);
        HolidayEffect effect = HolidayEffect.Learn(series, calendar, before);
        return new CountFit(Ensemble.Fit(Ordinary(series, calendar, effect)), effect);
    }

    // What would have come without holidays.
    private static double[] Ordinary(WeeklySeries series, HolidayCalendar calendar, HolidayEffect effect) =>
        [.. series.Counts.Select((count, week) => count / effect.Factor(calendar, series.Week(week)))];

    private static ForecastPoint PointOf(double expected, IReadOnlyList<double> errors)
    {
        double scatter = SeriesEnsemble.ScatterOf(expected), mean = Math.Round(expected, 2);
        double At(int quantile) => Math.Round(Math.Max(0, expected + (scatter * errors[quantile])), 2);
        return new ForecastPoint(mean, Math.Min(mean, At(1)), Math.Max(mean, At(2)), Math.Min(mean, At(0)), Math.Max(mean, At(3)));
    }
}

/// <summary>A forecast of weekly counts.</summary>
/// <param name="Weeks">The weeks that follow the history.</param>
/// <param name="Fit">What it was made by.</param>
public sealed record CountForecast(IReadOnlyList<ForecastPoint> Weeks, CountFit Fit);

/// <summary>What was learned of weekly counts.</summary>
/// <param name="Ensemble">The methods' weights, and how far they erred.</param>
/// <param name="Holidays">What a holiday takes away.</param>
public sealed record CountFit(EnsembleFit Ensemble, HolidayEffect Holidays);

/// <summary>What is expected of one week.</summary>
/// <param name="Mean">The expected count.</param>
/// <param name="Low80">The lower end of the interval of 80 %.</param>
/// <param name="High80">The upper end of the interval of 80 %.</param>
/// <param name="Low95">The lower end of the interval of 95 %.</param>
/// <param name="High95">The upper end of the interval of 95 %.</param>
public sealed record ForecastPoint(double Mean, double Low80, double High80, double Low95, double High95);
