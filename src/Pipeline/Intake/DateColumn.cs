using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// Reads the dates of a file: ISO 8601, and day, month and year with points, slashes or dashes, with or without a time. Dates without a zone are UTC.
/// </summary>
internal sealed class DateColumn(bool dayFirst)
{
    private static readonly string[] Times = ["", " HH:mm:ss", " HH:mm", " h:mm:ss tt", " h:mm tt", " H:mm:ss", " H:mm"];

    private static readonly string[] Iso =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFF zzz",
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyyMMdd'T'HHmmssK", "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm", "yyyy/MM/dd",
    ];

    private static readonly string[] DayFirstFormats = [.. Iso, .. WithTimes("d.M.yyyy", "d/M/yyyy", "d-M-yyyy")];
    private static readonly string[] MonthFirstFormats = [.. Iso, .. WithTimes("d.M.yyyy", "M/d/yyyy", "M-d-yyyy")];

    private readonly string[] _formats = dayFirst ? DayFirstFormats : MonthFirstFormats;

    /// <summary>The date in UTC; null where the text is none.</summary>
    public DateTimeOffset? Parse(string text)
    {
        text = text.Trim();
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase))
        {
            text = text[..^4] + "Z";
        }

        return DateTimeOffset.TryParseExact(text, _formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date) ? date : null;
    }

    /// <summary>Whether dates with slashes or dashes have the day first: so when, of those that can be only one of both, more begin with the day.</summary>
    public static bool HaveDayFirst(IEnumerable<string> dates)
    {
        int balance = 0;
        foreach (string date in dates)
        {
            string[] parts = date.Trim().Split(['/', '-', ' '], 4);
            if (parts.Length >= 3 && parts[0].Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int second))
            {
                balance += (first > 12 ? 1 : 0) - (second > 12 ? 1 : 0);
            }
        }

        return balance > 0;
    }

    private static IEnumerable<string> WithTimes(params string[] dates) => dates.SelectMany(date => Times.Select(time => date + time));
}
