namespace Pipeline.Problems;

/// <summary>Counts of whole weeks without gaps.</summary>
/// <param name="First">The Monday of the first.</param>
/// <param name="Counts">The counts, the oldest first.</param>
public sealed record WeeklySeries(DateOnly First, IReadOnlyList<double> Counts)
{
    /// <summary>The Monday of the week that follows.</summary>
    public DateOnly Next => Week(Counts.Count);

    /// <summary>The Monday of the first of the weeks at the end that had no incident; null where the last one had some.</summary>
    public DateOnly? QuietSince => Counts.Reverse().TakeWhile(c => c == 0).Count() is int quiet and > 0 ? Week(Counts.Count - quiet) : null;

    /// <summary>All of its incidents.</summary>
    public double Total => Counts.Sum();

    /// <summary>The counts of weeks of which the last still runs, from the first with any incident on.</summary>
    /// <param name="weeks">The Mondays.</param>
    /// <param name="counts">The counts.</param>
    public static WeeklySeries Of(IReadOnlyList<DateOnly> weeks, IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(weeks);
        return Of(weeks, counts, weeks.Count == 0 ? DateOnly.MinValue : weeks[^1]);
    }

    /// <summary>The counts of the weeks before the running one, from the first with any incident on; weeks after the last that is counted had none.</summary>
    /// <param name="weeks">The Mondays that are counted, without gaps.</param>
    /// <param name="counts">The counts.</param>
    /// <param name="running">The Monday of the running week.</param>
    public static WeeklySeries Of(IReadOnlyList<DateOnly> weeks, IReadOnlyList<int> counts, DateOnly running)
    {
        ArgumentNullException.ThrowIfNull(weeks);
        ArgumentNullException.ThrowIfNull(counts);
        int begin = counts.TakeWhile(c => c == 0).Count();
        return begin >= weeks.Count || weeks[begin] >= running
            ? new WeeklySeries(running, [])
            : new WeeklySeries(weeks[begin], [.. Enumerable.Range(begin, (running.DayNumber - weeks[begin].DayNumber) / 7).Select(week => week < counts.Count ? (double)counts[week] : 0)]);
    }

    /// <summary>The Monday of a week.</summary>
    /// <param name="index">Its place, from 0; those behind the last one follow on.</param>
    public DateOnly Week(int index) => First.AddDays(7 * index);

    /// <summary>The weeks with their counts, the oldest first.</summary>
    public IReadOnlyList<WeeklyCount> ToWeeks() => [.. Counts.Select((count, week) => new WeeklyCount(Week(week), (int)count))];

    /// <summary>The series without its newest weeks.</summary>
    public WeeklySeries Without(int newest) => this with { Counts = [.. Counts.Take(Counts.Count - newest)] };
}
