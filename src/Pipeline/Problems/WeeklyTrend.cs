namespace Pipeline.Problems;

/// <summary>Counts incidents by week and tells how a problem develops.</summary>
public static class WeeklyTrend
{
    private const int RecentParts = 8;
    private const int FewIncidents = 5;
    private const double ClearlyMore = 1.5;

    /// <summary>The Mondays from the first to the last date, without gaps; empty where there are no dates.</summary>
    public static IReadOnlyList<DateOnly> Weeks(DateTimeOffset? first, DateTimeOffset? last)
    {
        if (first is null || last is null)
        {
            return [];
        }

        DateOnly start = Monday(first.Value);
        int count = ((Monday(last.Value).DayNumber - start.DayNumber) / 7) + 1;
        return [.. Enumerable.Range(0, count).Select(week => start.AddDays(7 * week))];
    }

    /// <summary>The place of an instant's week in <paramref name="weeks"/>.</summary>
    public static int IndexOf(IReadOnlyList<DateOnly> weeks, DateTimeOffset instant)
    {
        ArgumentNullException.ThrowIfNull(weeks);
        return (Monday(instant).DayNumber - weeks[0].DayNumber) / 7;
    }

    /// <summary>
    /// Compares the newest eighth of the weeks with what was before: new and gone problems are told first,
    /// then half as much again per week is rising, and two thirds or less is falling.
    /// </summary>
    /// <param name="weeklyCounts">Incidents per week, the oldest first.</param>
    public static ClusterTrend Of(IReadOnlyList<int> weeklyCounts)
    {
        ArgumentNullException.ThrowIfNull(weeklyCounts);
        int recentWeeks = (weeklyCounts.Count + RecentParts - 1) / RecentParts;
        int earlierWeeks = weeklyCounts.Count - recentWeeks;
        int earlier = weeklyCounts.Take(earlierWeeks).Sum();
        int recent = weeklyCounts.Skip(earlierWeeks).Sum();
        if (earlierWeeks == 0 || earlier + recent < FewIncidents)
        {
            return ClusterTrend.Unknown;
        }

        if (earlier == 0)
        {
            return ClusterTrend.New;
        }

        if (recent == 0)
        {
            return ClusterTrend.Gone;
        }

        double ratio = (double)recent / recentWeeks / ((double)earlier / earlierWeeks);
        return ratio >= ClearlyMore ? ClusterTrend.Rising : ratio <= 1 / ClearlyMore ? ClusterTrend.Falling : ClusterTrend.Steady;
    }

    private static DateOnly Monday(DateTimeOffset instant)
    {
        DateOnly day = DateOnly.FromDateTime(instant.UtcDateTime);
        return day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }
}

/// <summary>How a problem's weekly counts develop.</summary>
public enum ClusterTrend
{
    /// <summary>There are no dates, or too few incidents, to tell.</summary>
    Unknown,

    /// <summary>First seen in the newest eighth of the period.</summary>
    New,

    /// <summary>Clearly more incidents lately than before.</summary>
    Rising,

    /// <summary>About as many as before.</summary>
    Steady,

    /// <summary>Clearly fewer incidents lately than before.</summary>
    Falling,

    /// <summary>No incident in the newest eighth of the period.</summary>
    Gone,
}
