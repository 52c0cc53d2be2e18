using System.Text.Json.Serialization;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>The use case of forecasting all incidents of a tech center, or of all tech centers together, week by week: also those that belong to no problem.</summary>
public sealed class ForecastVolume(IPredictions predictions, CompanyWeeks company, ModelStore models, ModelDirectory directory, ForecastMaker maker, TimeProvider clock)
{
    /// <summary>Forecasts.</summary>
    /// <param name="techCenter">The tech center's name or folder; null for all together.</param>
    /// <param name="weeks">How many weeks, 1 to 26, as text; 8 where it is null or empty.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, the weeks are out of their range, or the history is too short.</exception>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<VolumeForecast> RunAsync(string? techCenter, string? weeks, CancellationToken cancellationToken = default)
    {
        int asked = ForecastMaker.WeeksOf(weeks);
        string? center = techCenter is null ? null : await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        WeeklySeries all = await company.GetAsync(cancellationToken);
        WeeklySeries series = center is null ? all
            : (await CenterCounts.ReadAsync(predictions, models, center, all.Next, clock, cancellationToken))?.Volume
            ?? throw new RequestException(RequestProblem.Unprocessable, $"No version of the problems of '{center}' serves. Train, or promote one.");
        MadeForecast made = await maker.RunAsync(center, problem: null, center is null ? "the company" : $"'{center}'", series, asked, cancellationToken);
        return new VolumeForecast(center, series.Counts.Count, made.Weeks, made.Fit.Ensemble.Methods, made.Fit.Ensemble.Origins) { Model = made.Model, HolidayEffect = made.Fit.Holidays.Share, QuietSince = series.QuietSince, WeeklyCounts = series.ToWeeks() };
    }
}

/// <summary>The forecast of all incidents of a tech center, or of all of them.</summary>
/// <param name="TechCenter">The tech center; null for all together.</param>
/// <param name="History">The whole weeks that it was made of.</param>
/// <param name="Weeks">The weeks that follow; the first is the running one.</param>
/// <param name="Methods">What each method counts for.</param>
/// <param name="Origins">The origins at which the methods were tested.</param>
public sealed record VolumeForecast(string? TechCenter, int History, IReadOnlyList<ForecastWeek> Weeks, IReadOnlyList<ForecastWeight> Methods, int Origins)
{
    /// <summary>The version whose weights it was made by; left out where they were learned for this forecast.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>What it was made of: the incidents of each whole week, the oldest first.</summary>
    public IReadOnlyList<WeeklyCount> WeeklyCounts { get; init; } = [];

    /// <summary>The part of a working day's incidents that do not come on a holiday.</summary>
    public double HolidayEffect { get; init; }

    /// <summary>The Monday of the first of the whole weeks at the end that count as without an incident, since then none was opened or none is known yet; left out where the last one had some.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? QuietSince { get; init; }
}
