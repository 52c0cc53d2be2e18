using Pipeline.Incidents;
using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>The weeks that trends are told of, Monday to Sunday in UTC, and how much of each lies in the period: the first and the running one are seldom whole.</summary>
public sealed class TrendPeriod
{
    /// <summary>No week: there are no dates.</summary>
    public static readonly TrendPeriod Empty = new([], []);

    private TrendPeriod(IReadOnlyList<DateOnly> weeks, IReadOnlyList<double> days)
    {
        Weeks = weeks;
        Days = days;
    }

    /// <summary>The Mondays, without gaps, the oldest first.</summary>
    public IReadOnlyList<DateOnly> Weeks { get; }

    /// <summary>Days of each week that lie in the period, above 0 to 7.</summary>
    public IReadOnlyList<double> Days { get; }

    /// <summary>
    /// The period of a tech center's incidents: from the first date to the newest that counts (<see cref="NewestDate"/>), within the window that the model has learnt from and what came after it.
    /// A date that cannot be, or a single one long after all others, changes nothing.
    /// </summary>
    /// <param name="days">Incidents by the day or instant that they were opened, in any order.</param>
    /// <param name="window">The window of the model; null where there is none.</param>
    /// <param name="clock">Tells which dates lie in the future.</param>
    public static TrendPeriod Of(IEnumerable<(DateTimeOffset Date, long Count)> days, TrainingWindow? window, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(days);
        (DateTimeOffset Date, long Count)[] possible = [.. days.Where(d => NewestDate.IsPossible(d.Date, clock) && (window is null || d.Date >= window.From)).OrderByDescending(d => d.Date)];
        return possible.Length == 0 || NewestDate.Of(possible, possible.Sum(d => d.Count)) is not DateTimeOffset newest ? Empty : Between(possible[^1].Date, newest);
    }

    /// <summary>The weeks from the first to the last instant.</summary>
    public static TrendPeriod Between(DateTimeOffset first, DateTimeOffset last)
    {
        DateOnly start = Monday(first);
        int count = ((Monday(last).DayNumber - start.DayNumber) / 7) + 1;
        DateOnly[] weeks = [.. Enumerable.Range(0, count).Select(week => start.AddDays(7 * week))];
        return new TrendPeriod(weeks, [.. weeks.Select(week => Covered(week, first.UtcDateTime, last.UtcDateTime))]);
    }

    /// <summary>The place of an instant's week in <see cref="Weeks"/>; null where it lies outside them.</summary>
    public int? IndexOf(DateTimeOffset instant)
    {
        int week = Weeks.Count == 0 ? -1 : (Monday(instant).DayNumber - Weeks[0].DayNumber) / 7;
        return week >= 0 && week < Weeks.Count && instant.UtcDateTime >= Weeks[0].ToDateTime(TimeOnly.MinValue) ? week : null;
    }

    // At least a minute, so that a period of one instant is a period.
    private static double Covered(DateOnly week, DateTime first, DateTime last)
    {
        DateTime begin = week.ToDateTime(TimeOnly.MinValue);
        DateTime from = first > begin ? first : begin;
        DateTime until = last < begin.AddDays(7) ? last : begin.AddDays(7);
        return Math.Max((until - from).TotalDays, 1.0 / (24 * 60));
    }

    private static DateOnly Monday(DateTimeOffset instant)
    {
        DateOnly day = DateOnly.FromDateTime(instant.UtcDateTime);
        return day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }
}
