using System.Globalization;
using System.Numerics;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>
/// A schedule as an NCRONTAB expression: second, minute, hour, day, month, day of week; with five fields the second is 0.
/// A field is <c>*</c>, a value, a range <c>1-5</c>, a step <c>*/15</c>, <c>10-50/20</c> or <c>5/10</c> (from 5 on), or a list of these.
/// Months and days of week may be named, with three letters or more; Sunday is 0 or 7. A time must satisfy every field, also both day and day of week. All times are UTC.
/// </summary>
/// <remarks>The grammar of the Azure host, except that it refuses 7 for Sunday, and takes backward ranges, which are refused here, by turning them round.</remarks>
internal sealed class CronSchedule
{
    private static readonly int[] LongestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private readonly string _expression;
    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _daysOfWeek;

    private CronSchedule(string expression, ulong seconds, ulong minutes, ulong hours, ulong days, ulong months, ulong daysOfWeek)
    {
        _expression = expression;
        _seconds = seconds;
        _minutes = minutes;
        _hours = hours;
        _days = days;
        _months = months;
        _daysOfWeek = (daysOfWeek | daysOfWeek >> 7) & 0x7F;
    }

    /// <summary>Whether the schedule can come more than once within a minute.</summary>
    public bool IsWithinMinutes => BitOperations.PopCount(_seconds) > 1;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">The text is no expression, or none of its dates exists; the message names the text and says why.</exception>
    public static CronSchedule Parse(string expression)
    {
        string[] fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out _) && fields.Length == 1)
        {
            throw new FormatException($"The schedule '{expression}' is a time span, which only some plans of Azure run. Write it as six fields, such as '0 */30 * * * *' for every half hour.");
        }

        if (fields.Length is not (5 or 6))
        {
            throw new FormatException($"The schedule '{expression}' has {fields.Length} fields. Write six: second, minute, hour, day, month, day of week, such as '0 0 */2 * * *' for every two hours.");
        }

        try
        {
            int at = fields.Length - 5;
            CronSchedule schedule = new(
                expression,
                at == 0 ? 1 : CronField.Second.Parse(fields[0]),
                CronField.Minute.Parse(fields[at]),
                CronField.Hour.Parse(fields[at + 1]),
                CronField.Day.Parse(fields[at + 2]),
                CronField.Month.Parse(fields[at + 3]),
                CronField.DayOfWeek.Parse(fields[at + 4]));
            return schedule.HasDate()
                ? schedule
                : throw new FormatException("no month it allows has a day it allows");
        }
        catch (FormatException e)
        {
            throw new FormatException($"The schedule '{expression}' cannot be used: {e.Message}.", e);
        }
    }

    /// <summary>The first time of the schedule after <paramref name="after"/>, in UTC. Takes at most one step per day that the month allows, whatever the distance.</summary>
    /// <exception cref="InvalidOperationException">The calendar ends before.</exception>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        DateTime utc = after.UtcDateTime;
        DateTime from = new DateTime(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, utc.Second, DateTimeKind.Utc).AddSeconds(1);
        DateOnly date = DateOnly.FromDateTime(from);
        if (IsAllowed(date) && TimeFrom(from.Hour, from.Minute, from.Second) is TimeOnly today)
        {
            return At(date, today);
        }

        return At(DateAfter(date), new TimeOnly(BitOperations.TrailingZeroCount(_hours), BitOperations.TrailingZeroCount(_minutes), BitOperations.TrailingZeroCount(_seconds)));
    }

    /// <summary>The expression.</summary>
    public override string ToString() => _expression;

    private static DateTimeOffset At(DateOnly date, TimeOnly time) => new(date.ToDateTime(time, DateTimeKind.Utc));

    private bool HasDate()
    {
        int firstDay = BitOperations.TrailingZeroCount(_days);
        return Enumerable.Range(1, 12).Any(month => Allows(_months, month) && firstDay <= LongestMonths[month - 1]);
    }

    private bool IsAllowed(DateOnly date) => Allows(_months, date.Month) && Allows(_days, date.Day) && Allows(_daysOfWeek, (int)date.DayOfWeek);

    private DateOnly DateAfter(DateOnly date)
    {
        (int year, int month, int day) = (date.Year, date.Month, date.Day);
        while (true)
        {
            if (Allows(_months, month))
            {
                int length = DateTime.DaysInMonth(year, month);
                for (int? candidate = NextBit(_days, day + 1); candidate <= length; candidate = NextBit(_days, candidate.Value + 1))
                {
                    DateOnly next = new(year, month, candidate.Value);
                    if (Allows(_daysOfWeek, (int)next.DayOfWeek))
                    {
                        return next;
                    }
                }
            }

            (year, month, day) = month == 12 ? (year + 1, 1, 0) : (year, month + 1, 0);
            if (year > DateOnly.MaxValue.Year)
            {
                throw new InvalidOperationException($"The schedule '{_expression}' has no time after {date:yyyy-MM-dd}: the calendar ends.");
            }
        }
    }

    /// <summary>The first allowed time of a day that is not before this one; null where the day has none left.</summary>
    private TimeOnly? TimeFrom(int hour, int minute, int second)
    {
        if (Allows(_hours, hour))
        {
            if (Allows(_minutes, minute) && NextBit(_seconds, second) is int sameMinute)
            {
                return new TimeOnly(hour, minute, sameMinute);
            }

            if (NextBit(_minutes, minute + 1) is int sameHour)
            {
                return new TimeOnly(hour, sameHour, BitOperations.TrailingZeroCount(_seconds));
            }
        }

        return NextBit(_hours, hour + 1) is int later
            ? new TimeOnly(later, BitOperations.TrailingZeroCount(_minutes), BitOperations.TrailingZeroCount(_seconds))
            : null;
    }

    private static bool Allows(ulong bits, int value) => (bits >> value & 1) != 0;

    private static int? NextBit(ulong bits, int from)
    {
        ulong rest = bits >> from << from;
        return rest == 0 ? null : BitOperations.TrailingZeroCount(rest);
    }
}
