using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Measures;

/// <summary>The use case of looking how a measure went: the table of measures by tech center and day. Memory: a few numbers a tech center and day, however often it was measured.</summary>
public sealed class BrowseMeasures(IMeasures measures, TimeProvider clock)
{
    private const int UsualDays = 90;
    private const int MostDays = 400;
    private const int LongestName = 100;

    /// <summary>The parameters of an address.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["name", "techCenter", "days"];

    /// <summary>How a measure went until now.</summary>
    /// <param name="value">The text of a parameter: <c>name</c> the measure, such as <c>drift</c>; <c>techCenter</c> the only one to tell of; <c>days</c> how far back, 1 to 400, by default 90.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">No measure is named, or the days are out of their range.</exception>
    /// <exception cref="Storage.WarehouseException">The warehouse cannot be read.</exception>
    public async Task<MeasureHistory> RunAsync(Func<string, string?> value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        string name = value("name") is { Length: > 0 and <= LongestName } named ? named : throw RequestException.Invalid("name", "name must name a measure, such as drift or quality; docs/watch.md lists them.");
        string? techCenter = value("techCenter") is { Length: > 0 } center ? center : null;
        DateTimeOffset until = clock.GetUtcNow(), from = new(until.UtcDateTime.Date.AddDays(1 - DaysOf(value("days"))), TimeSpan.Zero);
        SortedDictionary<string, SortedDictionary<DateOnly, Tally>> centers = new(StringComparer.Ordinal);
        await foreach (Measure measure in measures.ReadMeasuresAsync(from, until, name, cancellationToken))
        {
            if (double.IsFinite(measure.Value) && (techCenter is null || string.Equals(measure.TechCenter, techCenter, StringComparison.Ordinal)))
            {
                string of = measure.TechCenter ?? "";
                SortedDictionary<DateOnly, Tally> days = centers.TryGetValue(of, out SortedDictionary<DateOnly, Tally>? known) ? known : centers[of] = [];
                DateOnly day = DateOnly.FromDateTime(measure.Time.UtcDateTime);
                days[day] = days.GetValueOrDefault(day).With(measure.Value);
            }
        }

        return new MeasureHistory(name, from, until, [.. centers.Select(c => new MeasureSeries(c.Key.Length == 0 ? null : c.Key, [.. c.Value.Select(d => d.Value.Of(d.Key))]))]);
    }

    private static int DaysOf(string? text) => string.IsNullOrEmpty(text) ? UsualDays
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days is >= 1 and <= MostDays ? days
        : throw RequestException.Invalid("days", string.Create(CultureInfo.InvariantCulture, $"days is '{text}'; it must be a whole number from 1 to {MostDays}."));

    private readonly record struct Tally(int Count, double Sum, double Low, double High, double Last)
    {
        public Tally With(double value) => Count == 0 ? new Tally(1, value, value, value, value) : new Tally(Count + 1, Sum + value, Math.Min(Low, value), Math.Max(High, value), value);

        public MeasuredDay Of(DateOnly day) => new(day, Count, Sum / Count, Low, High, Last);
    }
}

/// <summary>How a measure went.</summary>
/// <param name="Name">The measure.</param>
/// <param name="From">Where the time that was looked at begins, in UTC.</param>
/// <param name="Until">Where it ends.</param>
/// <param name="Series">The tech centers that have any, in ordinal order; the pipeline as a whole first.</param>
public sealed record MeasureHistory(string Name, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<MeasureSeries> Series);

/// <summary>A measure of a tech center.</summary>
/// <param name="TechCenter">The tech center; null for the pipeline as a whole.</param>
/// <param name="Days">The days on which it was measured, in UTC, the oldest first.</param>
public sealed record MeasureSeries(string? TechCenter, IReadOnlyList<MeasuredDay> Days);

/// <summary>A measure on a day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Count">How often it was noted.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Low">The lowest.</param>
/// <param name="High">The highest.</param>
/// <param name="Last">The last.</param>
public sealed record MeasuredDay(DateOnly Day, int Count, double Mean, double Low, double High, double Last);
