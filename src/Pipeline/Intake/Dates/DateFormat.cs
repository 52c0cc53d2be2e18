using System.Globalization;

namespace Pipeline.Intake;

/// <summary>Dates of the one format that a user names.</summary>
internal static class DateFormat
{
    private const DateTimeStyles Style = DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind;

    /// <summary>Whether the text has the format; false where there is none.</summary>
    public static bool Matches(string? format, string text) => Read(format, text) is not null;

    /// <summary>The reading by the format; null where there is none, or the text has another.</summary>
    public static DateReading? Read(string? format, string text)
    {
        if (format is null || !DateTime.TryParseExact(text.Trim(), format, CultureInfo.InvariantCulture, Style, out DateTime date))
        {
            return null;
        }

        return date.Kind == DateTimeKind.Unspecified
            ? new DateReading(date.Year, date.Month, date.Day, DateOrder.Certain, date.TimeOfDay, null)
            : DateReading.Of(date.ToUniversalTime());
    }

    /// <summary>An offset such as +02:00 or UTC; null where the text is none.</summary>
    public static TimeSpan? Offset(string text)
    {
        string digits = text.TrimStart('+', '-');
        return DateNames.Zone(text) ?? (digits.Length < text.Length && TimeSpan.TryParseExact(digits, ["hh\\:mm", "hhmm", "%h", "h\\:mm"], CultureInfo.InvariantCulture, out TimeSpan offset) && offset.TotalHours <= 14
            ? text[0] == '-' ? -offset : offset
            : null);
    }
}
