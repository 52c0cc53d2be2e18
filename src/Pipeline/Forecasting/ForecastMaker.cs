using System.Globalization;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>Forecasts counts by what was learned at the last training, where that still fits them, and by what is learned now otherwise.</summary>
public sealed class ForecastMaker(ForecastStore store, HolidayCalendar calendar)
{
    private const int DefaultWeeks = 8;

    /// <summary>Reads how many weeks are asked for.</summary>
    /// <param name="text">1 to 26, as text; 8 where it is null or empty.</param>
    /// <exception cref="RequestException">It is no such number.</exception>
    public static int WeeksOf(string? text) =>
        string.IsNullOrEmpty(text) ? DefaultWeeks
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int weeks) && weeks is >= 1 and <= CountForecaster.MostWeeks ? weeks
        : throw RequestException.Invalid("weeks", string.Create(CultureInfo.InvariantCulture, $"weeks is '{text}'; it must be a whole number from 1 to {CountForecaster.MostWeeks}."));

    /// <summary>Forecasts.</summary>
    /// <param name="techCenter">The tech center; null for all together, of which nothing is kept.</param>
    /// <param name="problem">The problem; null for all incidents.</param>
    /// <param name="name">How the counts are called in a message, such as <c>'Network'</c>.</param>
    /// <param name="series">The counts.</param>
    /// <param name="weeks">How many weeks, 1 to 26.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The history is too short.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<MadeForecast> RunAsync(string? techCenter, int? problem, string name, WeeklySeries series, int weeks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        int known = series.Counts.Count;
        if (known < CountForecaster.LeastHistory)
        {
            throw new RequestException(RequestProblem.Unprocessable, string.Create(CultureInfo.InvariantCulture, $"A forecast takes at least {CountForecaster.LeastHistory} whole weeks since the first incident; {name} has {known}. Ask again when there are more, {CountForecaster.LeastHistory - known} at least."));
        }

        ForecastModel? model = techCenter is null ? null : await store.FindServingAsync(techCenter, cancellationToken);
        CountFit? learned = model?.FitFor(problem, series);
        CountFit fit = learned ?? CountForecaster.Fit(series, calendar, model?.Volume?.Fit.Holidays ?? HolidayEffect.Default);
        CountForecast forecast = CountForecaster.Run(series, weeks, fit, calendar);
        return new MadeForecast(
            [.. forecast.Weeks.Select((point, ahead) => WeekOf(point, series.Week(known + ahead)))],
            learned is null ? null : model!.Version,
            fit);
    }

    private ForecastWeek WeekOf(ForecastPoint point, DateOnly monday) => new(monday, point.Mean, point.Low80, point.High80, point.Low95, point.High95) { Holidays = calendar.DaysIn(monday) };
}

/// <summary>A forecast.</summary>
/// <param name="Weeks">The weeks that follow; the first is the running one.</param>
/// <param name="Model">The version whose weights it was made by; null where they were learned for this forecast.</param>
/// <param name="Fit">What it was made by.</param>
public sealed record MadeForecast(IReadOnlyList<ForecastWeek> Weeks, string? Model, CountFit Fit);
