using System.Globalization;

namespace Pipeline.LocalHost.Durable;

/// <summary>Times in the journal: UTC, to the tick, as text whose ordinal order is the order of time.</summary>
internal static class JournalTime
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>A time in UTC as text.</summary>
    public static string Write(DateTime utc) => utc.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DateTime Read(string text) => DateTime.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
