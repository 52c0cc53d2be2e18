using System.Globalization;
using NCrontab;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>
/// A schedule as an NCRONTAB expression: second, minute, hour, day, month, day of week; with five fields the second is 0.
/// A field is <c>*</c>, a value, a range <c>1-5</c>, a step <c>*/15</c>, <c>10-50/20</c> or <c>5/10</c> (from 5 on), or a list of these.
/// Months and days of week may be named, with three letters or more; Sunday is 0. A time must satisfy every field, also both day and day of week. All times are UTC.
/// </summary>
/// <remarks>Read by the parser of the Azure host's timers. <see cref="CronCheck"/> refuses before it what that parser takes and nobody means, such as a range that runs backwards.</remarks>
internal sealed class CronSchedule
{
    // Within these years every date of the calendar comes on every day of the week, 29 February included.
    private static readonly DateTime FirstDate = new(1999, 12, 31, 23, 59, 59, DateTimeKind.Utc);
    private static readonly DateTime LastDate = new(2041, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _expression;
    private readonly CrontabSchedule _schedule;

    private CronSchedule(string expression, CrontabSchedule schedule, DateTime first)
    {
        _expression = expression;
        _schedule = schedule;

        // The first time that there is begins a minute of the schedule.
        IsWithinMinutes = schedule.GetNextOccurrence(first) - first.AddSeconds(-first.Second) < TimeSpan.FromMinutes(1);
    }

    /// <summary>Whether the schedule can come more than once within a minute.</summary>
    public bool IsWithinMinutes { get; }

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

        if (CronCheck.Problem(fields) is string problem)
        {
            throw new FormatException($"The schedule '{expression}' cannot be used: {problem}.");
        }

        if (CrontabSchedule.TryParse(string.Join(' ', fields), new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 }, s => s, e => throw new FormatException($"The schedule '{expression}' cannot be used: {e().Message}", e())) is not CrontabSchedule schedule)
        {
            throw new FormatException($"The schedule '{expression}' cannot be used.");
        }

        DateTime first = schedule.GetNextOccurrence(FirstDate, LastDate);
        return first < LastDate
            ? new CronSchedule(expression, schedule, first)
            : throw new FormatException($"The schedule '{expression}' cannot be used: no month it allows has a day it allows.");
    }

    /// <summary>The first time of the schedule after <paramref name="after"/>, in UTC.</summary>
    /// <exception cref="InvalidOperationException">The calendar ends before.</exception>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        DateTime next = _schedule.GetNextOccurrence(after.UtcDateTime);
        return next < DateTime.MaxValue.Date
            ? new DateTimeOffset(DateTime.SpecifyKind(next, DateTimeKind.Utc))
            : throw new InvalidOperationException($"The schedule '{_expression}' has no time after {after.UtcDateTime:yyyy-MM-dd}: the calendar ends.");
    }

    /// <summary>The expression.</summary>
    public override string ToString() => _expression;
}
