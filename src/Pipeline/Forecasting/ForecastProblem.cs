using System.Globalization;
using Pipeline.Problems;
using Pipeline.Requests;

namespace Pipeline.Forecasting;

/// <summary>The use case of forecasting the incidents of a problem, week by week. The running week is left out of the history, and the weeks before the problem began.</summary>
public sealed class ForecastProblem(BrowseProblems problems)
{
    private const int DefaultWeeks = 8;

    /// <summary>Forecasts.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The problem's id as text.</param>
    /// <param name="weeks">How many weeks, 1 to 26, as text; 8 where it is null or empty.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such problem, the weeks are out of their range, or the history is too short.</exception>
    public async Task<ProblemForecast> RunAsync(string techCenter, string id, string? weeks, CancellationToken cancellationToken = default)
    {
        int asked = WeeksOf(weeks);
        ProblemDetails details = await problems.FindAsync(techCenter, id, cancellationToken);
        WeeklyCount[] history = [.. details.WeeklyCounts.SkipLast(1).SkipWhile(w => w.Count == 0)];
        if (history.Length < CountForecaster.LeastHistory)
        {
            throw new RequestException(RequestProblem.Unprocessable, string.Create(CultureInfo.InvariantCulture, $"A forecast takes at least {CountForecaster.LeastHistory} whole weeks since the problem was first seen; '{details.Summary.Label}' has {history.Length}. Ask again when there are more, {CountForecaster.LeastHistory - history.Length} at least."));
        }

        CountForecast forecast = CountForecaster.Run([.. history.Select(w => (double)w.Count)], asked);
        DateOnly next = history[^1].Week.AddDays(7);
        return new ProblemForecast(
            details.Summary.TechCenter,
            details.Summary.Id,
            details.Summary.Label,
            history.Length,
            [.. forecast.Weeks.Select((point, i) => new ForecastWeek(next.AddDays(7 * i), point.Mean, point.Low80, point.High80, point.Low95, point.High95))],
            forecast.Methods,
            forecast.Origins);
    }

    private static int WeeksOf(string? text) =>
        string.IsNullOrEmpty(text) ? DefaultWeeks
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int weeks) && weeks is >= 1 and <= CountForecaster.MostWeeks ? weeks
        : throw RequestException.Invalid("weeks", string.Create(CultureInfo.InvariantCulture, $"weeks is '{text}'; it must be a whole number from 1 to {CountForecaster.MostWeeks}."));
}

/// <summary>The forecast of a problem.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem.</param>
/// <param name="Label">Its name.</param>
/// <param name="History">The whole weeks that it was made of.</param>
/// <param name="Weeks">The weeks that follow; the first is the running one.</param>
/// <param name="Methods">What each method counts for.</param>
/// <param name="Origins">The origins at which the methods were tested.</param>
public sealed record ProblemForecast(string TechCenter, int Id, string Label, int History, IReadOnlyList<ForecastWeek> Weeks, IReadOnlyList<ForecastWeight> Methods, int Origins);

/// <summary>What is expected of one week.</summary>
/// <param name="Week">The week's Monday.</param>
/// <param name="Mean">The expected count.</param>
/// <param name="Low80">The lower end of the interval of 80 %.</param>
/// <param name="High80">The upper end of the interval of 80 %.</param>
/// <param name="Low95">The lower end of the interval of 95 %.</param>
/// <param name="High95">The upper end of the interval of 95 %.</param>
public sealed record ForecastWeek(DateOnly Week, double Mean, double Low80, double High80, double Low95, double High95);
