using System.Globalization;
using DurableTask.Core.History;
using Newtonsoft.Json;

namespace Pipeline.LocalHost.Durable;

/// <summary>Events of the engine as rows of the journal: the name of their type, and JSON.</summary>
internal static class HistoryJson
{
    private static readonly Dictionary<string, Type> Kinds = typeof(HistoryEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(HistoryEvent))).ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static readonly JsonSerializerSettings Settings = new()
    {
        ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
        DateTimeZoneHandling = DateTimeZoneHandling.Utc,
        NullValueHandling = NullValueHandling.Ignore,
    };

    /// <summary>An event's kind.</summary>
    public static string Kind(HistoryEvent row) => row.GetType().Name;

    /// <summary>An event as JSON.</summary>
    public static string Write(HistoryEvent row) => JsonConvert.SerializeObject(row, Settings);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static HistoryEvent Read(string kind, string json) => (HistoryEvent)JsonConvert.DeserializeObject(json, Kinds[kind], Settings)!;
}

/// <summary>Times in the journal: UTC, to the tick, as text whose ordinal order is the order of time.</summary>
internal static class JournalTime
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>A time in UTC as text.</summary>
    public static string Write(DateTime utc) => utc.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DateTime Read(string text) => DateTime.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
