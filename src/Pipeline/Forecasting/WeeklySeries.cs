namespace Pipeline.Forecasting;

/// <summary>Counts of whole weeks without gaps.</summary>
/// <param name="First">The Monday of the first.</param>
/// <param name="Counts">The counts, the oldest first.</param>
public sealed record WeeklySeries(DateOnly First, IReadOnlyList<double> Counts)
{
    /// <summary>The Monday of the week that follows.</summary>
    public DateOnly Next => Week(Counts.Count);

    /// <summary>All of its incidents.</summary>
    public double Total => Counts.Sum();

    /// <summary>The counts of weeks of which the last still runs, from the first with any incident on.</summary>
    /// <param name="weeks">The Mondays.</param>
    /// <param name="counts">The counts.</param>
    public static WeeklySeries Of(IReadOnlyList<DateOnly> weeks, IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(weeks);
        ArgumentNullException.ThrowIfNull(counts);
        int begin = counts.TakeWhile(c => c == 0).Count(), end = Math.Max(begin, counts.Count - 1);
        return begin >= end ? new WeeklySeries(weeks.Count == 0 ? DateOnly.MinValue : weeks[^1], []) : new WeeklySeries(weeks[begin], [.. counts.Take(begin..end).Select(c => (double)c)]);
    }

    /// <summary>The Monday of a week.</summary>
    /// <param name="index">Its place, from 0; those behind the last one follow on.</param>
    public DateOnly Week(int index) => First.AddDays(7 * index);

    /// <summary>The series without its newest weeks.</summary>
    public WeeklySeries Without(int newest) => this with { Counts = [.. Counts.Take(Counts.Count - newest)] };
}
