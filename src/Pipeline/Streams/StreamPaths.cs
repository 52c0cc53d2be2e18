using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>The names of streams and of what is kept of them in the object store: <c>streams/{name}/...</c>.</summary>
internal static partial class StreamPaths
{
    /// <summary>The folder of all streams.</summary>
    public const string Root = "streams";

    /// <summary>The folder of the streams that predictions feed.</summary>
    public const string Emerging = "emerging/";

    /// <summary>The file that says what a stream is.</summary>
    public const string ConfigFile = "stream.json";

    private const int LongestName = 82;

    /// <summary>A stream's folder, with a slash at its end.</summary>
    public static string Folder(string stream) => $"{Root}/{stream}/";

    /// <summary>The folder of a stream's log.</summary>
    public static string Log(string stream) => $"{Root}/{stream}/log/";

    /// <summary>The folder of a stream's snapshots.</summary>
    public static string Snapshots(string stream) => $"{Root}/{stream}/snapshots/";

    /// <summary>The folder of a stream's leases.</summary>
    public static string Leases(string stream) => $"{Root}/{stream}/lease/";

    /// <summary>A number whose ordinal order is that of numbers.</summary>
    public static string Number(long number) => number.ToString("D16", CultureInfo.InvariantCulture);

    /// <summary>Checks a name, as it came in a path or a body.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static string Check(string? name)
    {
        string given = Uri.UnescapeDataString(name ?? "");
        return given.Length <= LongestName && Valid().IsMatch(given)
            ? given
            : throw RequestException.Invalid("name", $"'{(given.Length > 60 ? $"{given[..60]}..." : given)}' is not a stream's name: 1 to 72 lower-case letters, digits, dashes, underscores and dots, beginning with a letter or digit, perhaps after 'emerging/'.");
    }

    // Without a limit of time, which a busy machine would reach: the time is that of reading a short name once.
    [GeneratedRegex(@"^(?:emerging/)?[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: Timeout.Infinite)]
    private static partial Regex Valid();
}
