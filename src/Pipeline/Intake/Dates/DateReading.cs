using System.Runtime.InteropServices;

namespace Pipeline.Intake;

/// <summary>What the text of a date says, before it is settled whether the day or the month leads and which zone it is in.</summary>
/// <param name="Year">The year, 1 to 9999.</param>
/// <param name="First">The month where the order is certain, otherwise the first number.</param>
/// <param name="Second">The day where the order is certain, otherwise the second number.</param>
/// <param name="Order">Which of both is the day.</param>
/// <param name="Time">The time of the day; 24 hours are the next day's beginning.</param>
/// <param name="Offset">The offset from UTC that the text names; null where it names none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DateReading(int Year, int First, int Second, DateOrder Order, TimeSpan Time, TimeSpan? Offset)
{
    /// <summary>A reading of an instant.</summary>
    public static DateReading Of(DateTime utc) => new(utc.Year, utc.Month, utc.Day, DateOrder.Certain, utc.TimeOfDay, TimeSpan.Zero);

    /// <summary>The instant in UTC; null where there is no such day.</summary>
    /// <param name="dayFirst">Whether the first number is the day, where that is not certain.</param>
    /// <param name="zone">The zone of dates that name none.</param>
    public DateTimeOffset? Settle(bool dayFirst, TimeZoneInfo zone)
    {
        (int month, int day) = Order != DateOrder.Certain && dayFirst ? (Second, First) : (First, Second);
        if (Year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(Year, month))
        {
            return null;
        }

        var local = new DateTime(Year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
        if (DateTime.MaxValue - local < Time)
        {
            return null;
        }

        local += Time;
        TimeSpan offset = Offset ?? zone.GetUtcOffset(local);
        long ticks = local.Ticks - offset.Ticks;
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
    }
}
