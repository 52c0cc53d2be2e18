using System.Text.Json.Serialization;
using Pipeline.Problems;
using Pipeline.Requests;

namespace Pipeline.Forecasting;

/// <summary>The use case of forecasting the incidents of a problem, week by week. The history ends with the last whole week of the company; the weeks before the problem began are left out.</summary>
public sealed class ForecastProblem(BrowseProblems problems, CompanyWeeks company, ForecastMaker maker)
{
    /// <summary>Forecasts.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The problem's id as text.</param>
    /// <param name="weeks">How many weeks, 1 to 26, as text; 8 where it is null or empty.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such problem, the weeks are out of their range, or the history is too short.</exception>
    public async Task<ProblemForecast> RunAsync(string techCenter, string id, string? weeks, CancellationToken cancellationToken = default)
    {
        int asked = ForecastMaker.WeeksOf(weeks);
        ProblemDetails details = await problems.FindAsync(techCenter, id, cancellationToken);
        WeeklySeries series = WeeklySeries.Of([.. details.WeeklyCounts.Select(w => w.Week)], [.. details.WeeklyCounts.Select(w => w.Count)], (await company.GetAsync(cancellationToken)).Next);
        ProblemSummary problem = details.Summary;
        MadeForecast made = await maker.RunAsync(problem.TechCenter, problem.Id, $"'{problem.Label}'", series, asked, cancellationToken);
        return new ProblemForecast(problem.TechCenter, problem.Id, problem.Label, series.Counts.Count, made.Weeks, made.Fit.Ensemble.Methods, made.Fit.Ensemble.Origins) { Model = made.Model, HolidayEffect = made.Fit.Holidays.Share, QuietSince = series.QuietSince };
    }
}

/// <summary>The forecast of a problem.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem.</param>
/// <param name="Label">Its name.</param>
/// <param name="History">The whole weeks that it was made of.</param>
/// <param name="Weeks">The weeks that follow; the first is the running one.</param>
/// <param name="Methods">What each method counts for.</param>
/// <param name="Origins">The origins at which the methods were tested.</param>
public sealed record ProblemForecast(string TechCenter, int Id, string Label, int History, IReadOnlyList<ForecastWeek> Weeks, IReadOnlyList<ForecastWeight> Methods, int Origins)
{
    /// <summary>The version whose weights it was made by; left out where they were learned for this forecast.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The part of a working day's incidents that do not come on a holiday.</summary>
    public double HolidayEffect { get; init; }

    /// <summary>The Monday of the first of the whole weeks at the end that count as without an incident, since then none was opened or none is known yet; left out where the last one had some.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? QuietSince { get; init; }
}

/// <summary>What is expected of one week.</summary>
/// <param name="Week">The week's Monday.</param>
/// <param name="Mean">The expected count.</param>
/// <param name="Low80">The lower end of the interval of 80 %.</param>
/// <param name="High80">The upper end of the interval of 80 %.</param>
/// <param name="Low95">The lower end of the interval of 95 %.</param>
/// <param name="High95">The upper end of the interval of 95 %.</param>
public sealed record ForecastWeek(DateOnly Week, double Mean, double Low80, double High80, double Low95, double High95)
{
    /// <summary>The holidays on its working days, 1 to 5; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Holidays { get; init; }
}
