using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Checks training requests and settles what they leave open.</summary>
public sealed class TrainingPlanner(ITechCenters techCenters, TrainingOptions options, TimeProvider clock)
{
    private const int FirstYear = 1990;
    private const int LastYear = 9998;

    /// <summary>Makes a plan of a request. Without a quarter it is that of the newest incident.</summary>
    /// <exception cref="RequestException">
    /// The year, quarter or a tech center is not there, only one of year and quarter was given, or the window holds none of the data.
    /// </exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<TrainingPlan> PlanAsync(TrainingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequireRanges(request);
        IReadOnlyList<TechCenterStatistics> known = [.. (await techCenters.ReadStatisticsAsync(cancellationToken)).Where(s => s.Preprocessed > 0)];
        IReadOnlyList<string>? asked = TechCenters(request, known);
        TechCenterStatistics[] trained = [.. known.Where(s => asked?.Contains(s.TechCenter, StringComparer.Ordinal) ?? true)];
        if (request.Year is not int year || request.Quarter is not int quarter)
        {
            (year, quarter) = TrainingWindow.QuarterOf(Newest(trained) ?? clock.GetUtcNow());
        }
        else
        {
            RequireData(year, quarter, trained);
        }

        return new TrainingPlan(year, quarter, asked, request.Token);
    }

    /// <summary>Whether there is anything to train: a tech center with preprocessed incidents.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<bool> CanTrainAsync(CancellationToken cancellationToken = default) => (await techCenters.ListTechCentersAsync(cancellationToken)).Count > 0;

    /// <summary>What a plan trains, and with which parameters: a restart resumes only the run that asked for the same.</summary>
    public string Fingerprint(TrainingPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return JsonSerializer.Serialize(new { techCenters = plan.TechCenters, token = plan.Token, options = options with { MaxDegreeOfParallelism = null } }, PipelineJson.Compact);
    }

    /// <summary>The period that the models of a quarter learn from.</summary>
    public TrainingWindow Window(int year, int quarter) => TrainingWindow.Ending(year, quarter, options.WindowMonths);

    // No single tech center's few rows decide for all.
    private static DateTimeOffset? Newest(TechCenterStatistics[] centers) => NewestDate.Of(
        centers.Where(c => c.NewestIncident is not null).OrderByDescending(c => c.NewestIncident).Select(c => (c.NewestIncident!.Value, c.Incidents)),
        centers.Sum(c => c.Incidents));

    private static void RequireRanges(TrainingRequest request)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        if (request.Year is < FirstYear or > LastYear)
        {
            errors["year"] = [string.Create(CultureInfo.InvariantCulture, $"year is {request.Year}; it must be from {FirstYear} to {LastYear}.")];
        }

        if (request.Quarter is < 1 or > 4)
        {
            errors["quarter"] = [string.Create(CultureInfo.InvariantCulture, $"quarter is {request.Quarter}; it must be from 1 to 4.")];
        }

        if ((request.Year is null) != (request.Quarter is null))
        {
            errors.TryAdd(request.Year is null ? "year" : "quarter", ["Give both the year and the quarter, or neither for the quarter of the newest incident."]);
        }

        if (request.TechCenters is { Count: 0 })
        {
            errors["techCenters"] = ["The list is empty. Name at least one tech center, or leave the field out to train all."];
        }

        if (errors.Count > 0)
        {
            throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
        }
    }

    private static string[]? TechCenters(TrainingRequest request, IReadOnlyList<TechCenterStatistics> known)
    {
        if (request.TechCenters is null)
        {
            return null;
        }

        HashSet<string> names = known.Select(k => k.TechCenter).ToHashSet(StringComparer.Ordinal);
        string? unknown = request.TechCenters.FirstOrDefault(asked => !names.Contains(asked));
        return unknown is null
            ? [.. request.TechCenters.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : throw RequestException.Invalid("techCenters", $"The tech center '{unknown}' has no preprocessed incidents. Known: {string.Join(", ", known.Select(k => $"'{k.TechCenter}'"))}.");
    }

    /// <summary>
    /// Refuses a quarter of which the warehouse holds nothing: one whose window holds no dated incident of any center, or one that has not begun, by the clock and by the
    /// incidents. Its version would be the newest of its center for as long. Incidents without a date belong to every window, but make no quarter: only where the
    /// centers have no others is any quarter that has begun as good as another.
    /// </summary>
    private void RequireData(int year, int quarter, TechCenterStatistics[] centers)
    {
        TrainingWindow window = Window(year, quarter);
        TechCenterStatistics[] dated = [.. centers.Where(s => s.OldestIncident is not null && s.NewestIncident is not null)];
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset begun = dated.Select(s => s.NewestIncident!.Value).Append(now).Max();
        if ((year, quarter).CompareTo(TrainingWindow.QuarterOf(begun)) > 0)
        {
            throw RequestException.Invalid("year", string.Create(
                CultureInfo.InvariantCulture,
                $"{year} q{quarter} has not begun: it is {now:yyyy-MM-dd}, and {(dated.Length == 0 ? "no incident has a date" : $"the incidents are from {dated.Min(s => s.OldestIncident):yyyy-MM-dd} to {dated.Max(s => s.NewestIncident):yyyy-MM-dd}")}. Give a year and quarter whose window holds some of them."));
        }

        if (dated.Length == 0 || dated.Any(s => window.Until > s.OldestIncident && window.From <= s.NewestIncident))
        {
            return;
        }

        DateTimeOffset? oldest = dated.Min(s => s.OldestIncident);
        DateTimeOffset? newest = dated.Max(s => s.NewestIncident);
        throw RequestException.Invalid("year", string.Create(
            CultureInfo.InvariantCulture,
            $"The window of {year} q{quarter} is {window.From:yyyy-MM-dd} to {window.Until:yyyy-MM-dd}, but the incidents are from {oldest:yyyy-MM-dd} to {newest:yyyy-MM-dd}. Give a year and quarter whose window holds some of them."));
    }
}

/// <summary>Asks for a training.</summary>
/// <param name="Year">The calendar year of the window's end; null for that of the newest incident.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4; null for that of the newest incident.</param>
/// <param name="TechCenters">The tech centers to train; null for all that have preprocessed incidents.</param>
/// <param name="Token">Tells apart requests that are otherwise equal: only a run with the same token is resumed. Null for none.</param>
public sealed record TrainingRequest(int? Year = null, int? Quarter = null, IReadOnlyList<string>? TechCenters = null, string? Token = null);

/// <summary>A training request with its quarter settled and its names checked.</summary>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenters">The tech centers asked for, distinct and in ordinal order; null for all that there are when the training starts.</param>
/// <param name="Token">Tells apart plans that are otherwise equal; see <see cref="TrainingRequest"/>.</param>
/// <param name="TraceParent">What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record TrainingPlan(int Year, int Quarter, IReadOnlyList<string>? TechCenters, string? Token = null, string? TraceParent = null) : ITraced
{
    /// <summary>
    /// A name that equal plans share, such as <c>train-2026-q2</c>: two of them are one training. Explicit tech centers add the start of their names' SHA-256.
    /// </summary>
    [JsonIgnore]
    public string Name
    {
        get
        {
            string quarter = string.Create(CultureInfo.InvariantCulture, $"train-{Year}-q{Quarter}");
            return TechCenters is null
                ? quarter
                : $"{quarter}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', TechCenters))))[..8]}";
        }
    }
}
