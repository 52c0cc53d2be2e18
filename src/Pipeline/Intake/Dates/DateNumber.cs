using System.Globalization;

namespace Pipeline.Intake;

/// <summary>Reads dates that are written as one number. Each kind has a range of its own, from 1990 to 2099, so that none is taken for another.</summary>
internal static class DateNumber
{
    private const int FirstSerial = 32_874;
    private const int LastSerial = 73_050;

    private static readonly DateTime SerialZero = new(1899, 12, 30, 0, 0, 0, DateTimeKind.Unspecified);

    /// <summary>The reading; null where the text is no such number.</summary>
    public static DateReading? Read(string text)
    {
        int point = text.IndexOfAny(['.', ',']);
        string whole = point < 0 ? text : text[..point];
        string fraction = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length is < 5 or > 19 || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit))
        {
            return null;
        }

        if (!long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return null;
        }

        return (whole.Length, point < 0) switch
        {
            (5, _) => Serial(number, fraction),
            (10, _) => Epoch(number, TimeSpan.TicksPerSecond, Fraction(fraction)),
            (13, _) => Epoch(number, TimeSpan.TicksPerMillisecond),
            (16, true) => Epoch(number, TimeSpan.TicksPerMicrosecond),
            (19, true) => Epoch(number / 100, 1),
            (12, true) => Compact(number / 10_000, number % 10_000 * 100, 0),
            (14, _) => Compact(number / 1_000_000, number % 1_000_000, Fraction(fraction)),
            _ => null,
        };
    }

    private static DateReading? Serial(long days, string fraction)
    {
        if (days is < FirstSerial or > LastSerial)
        {
            return null;
        }

        // A serial number counts days; its binary fraction is only good to the millisecond. It names no zone.
        double part = fraction.Length == 0 ? 0 : double.Parse("0." + fraction, CultureInfo.InvariantCulture);
        DateTime day = SerialZero.AddDays(days);
        return new DateReading(day.Year, day.Month, day.Day, DateOrder.Certain, TimeSpan.FromMilliseconds(Math.Round(part * TimeSpan.MillisecondsPerDay)), null);
    }

    private static DateReading? Epoch(long count, long ticksPerUnit, long ticks = 0)
    {
        long since = checked((count * ticksPerUnit) + ticks);
        DateTime instant = DateTime.UnixEpoch.AddTicks(since);
        return instant.Year is >= 1990 and < 2100 ? DateReading.Of(instant) : null;
    }

    private static DateReading? Compact(long day, long time, long ticks)
    {
        (long hours, long minutes, long seconds) = (time / 10_000, time / 100 % 100, time % 100);
        return hours < 24 && minutes < 60 && seconds < 60
            ? new DateReading((int)(day / 10_000), (int)(day / 100 % 100), (int)(day % 100), DateOrder.Certain, new TimeSpan((int)hours, (int)minutes, (int)seconds) + TimeSpan.FromTicks(ticks), null)
            : null;
    }

    private static long Fraction(string digits) => digits.Length == 0 ? 0 : long.Parse(digits.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture);
}
