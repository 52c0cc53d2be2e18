using System.Globalization;

namespace Pipeline.Requests;

/// <summary>Reads the dates that a request names: as ISO 8601 writes them, and nothing that would be another day elsewhere or tomorrow.</summary>
public static class RequestDate
{
    private static readonly string[] Formats =
        ["yyyy-MM-dd", .. from gap in (string[])["'T'", "' '"] from time in (string[])["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF"] select $"yyyy-MM-dd{gap}{time}K"];

    /// <summary>Reads a date, such as <c>2026-03-31</c>, or a moment, such as <c>2026-03-31T08:00:00Z</c>, which is in UTC where it names no zone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="date">The moment, in UTC.</param>
    public static bool TryParse(string text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text.Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);

    /// <summary>What is wrong with the end of a time, which itself is no part of it; null where the end is after the beginning, or one of them is open.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="until">Where it ends.</param>
    /// <param name="name">The name of the end's parameter or field.</param>
    public static string? Reversed(DateTimeOffset? from, DateTimeOffset? until, string name = "until") =>
        from >= until ? string.Create(CultureInfo.InvariantCulture, $"{name} is not after from: {from:yyyy-MM-dd'T'HH:mm:ss'Z'} to {until:yyyy-MM-dd'T'HH:mm:ss'Z'} holds nothing.") : null;
}
