using System.Globalization;
using Pipeline.Incidents;

namespace Pipeline.Intake;

/// <summary>Reads the dates of a file whose order of day and month is settled.</summary>
/// <param name="format">The format that the user named; null for none.</param>
/// <param name="dayFirst">Whether the day leads; null where the rows did not tell.</param>
/// <param name="isForced">Whether the user said so: then a date that can only be read otherwise is none.</param>
/// <param name="zone">The zone of dates that name none.</param>
/// <param name="clock">The time: no incident is from the future.</param>
internal sealed class DateReader(string? format, bool? dayFirst, bool isForced, TimeZoneInfo zone, TimeProvider clock)
{
    private readonly DateTimeOffset _latest = NewestDate.Latest(clock);

    /// <summary>The date in UTC; null with the reason where the text is none that is to be stored.</summary>
    /// <param name="column">The column's name, for the reason.</param>
    /// <param name="text">The cell, which is not empty.</param>
    /// <param name="reason">What is wrong and how to mend it.</param>
    public DateTimeOffset? Read(string column, string text, out string? reason)
    {
        reason = null;
        if ((DateFormat.Read(format, text) ?? DateText.Read(text)) is not { } reading || Settle(reading) is not { } date)
        {
            reason = $"The date in column {column} cannot be read. Write it as 2026-01-31 23:59:59 or in another form that docs/intake.md lists, or name its form with --date-format.";
            return null;
        }

        if (reading.Order == DateOrder.Either && dayFirst is null)
        {
            reason = $"The date in column {column} can be read with the day first or with the month first, and no other row tells. Say --day-first, or --day-first false.";
            return null;
        }

        if (date < NewestDate.Earliest || date > _latest)
        {
            reason = string.Create(CultureInfo.InvariantCulture, $"The date in column {column} is {date:yyyy-MM-dd}; it must lie between {NewestDate.Earliest:yyyy-MM-dd} and {_latest:yyyy-MM-dd}, which is tomorrow by this machine's clock. Correct it.");
            return null;
        }

        return date;
    }

    /// <summary>The date that a text is, whenever that was, such as a birthday; null where it is none, or is not clear.</summary>
    /// <param name="text">The cell, which is not empty.</param>
    public DateTimeOffset? Any(string text) =>
        (DateFormat.Read(format, text) ?? DateText.Read(text)) is { } reading && !(reading.Order == DateOrder.Either && dayFirst is null) ? Settle(reading) : null;

    private DateTimeOffset? Settle(DateReading reading) => reading.Settle(!isForced && reading.Order is DateOrder.DayFirst or DateOrder.MonthFirst ? reading.Order == DateOrder.DayFirst : dayFirst ?? false, zone);
}
