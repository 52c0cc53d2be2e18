using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Where the warehouse is, and what a query may cost. The section <c>BigQuery</c> of the settings.</summary>
public sealed partial record BigQueryOptions
{
    /// <summary>The Google Cloud project that holds the dataset and pays for the queries. Must be set.</summary>
    public string ProjectId { get; init; } = "";

    /// <summary>The dataset, made where it is missing: letters, digits and underscores.</summary>
    public string Dataset { get; init; } = "pipeline";

    /// <summary>Where the dataset is, such as <c>EU</c>, <c>US</c> or <c>europe-west3</c>.</summary>
    public string Location { get; init; } = "EU";

    /// <summary>
    /// The address of another server that speaks BigQuery's protocol, such as <c>http://localhost:9050</c>, or of one of Google's regional ones; empty for Google's own.
    /// Over http, which only this machine may be reached by, nobody signs in.
    /// </summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The most that one query may be billed for, in GB of 10^9 bytes, 1 to 1,000,000: BigQuery refuses a query that would read more, and charges nothing for it.</summary>
    public int MaximumGigabytesBilled { get; init; } = 100;

    /// <summary>The most that one query of a search may be billed for, in MB of 10^6 bytes, 20 to 1,000,000. A search has three.</summary>
    public int SearchMegabytes { get; init; } = 5_000;

    /// <summary>How often a request is sent while BigQuery is busy or does not answer, and how often a job that failed for such a reason is started anew, 1 to 20.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>Seconds that one job may take before it is cancelled, and that a write waits for those of other processes, 10 to 3600.</summary>
    public int TimeoutSeconds { get; init; } = 600;

    /// <summary>The pause before the second attempt; it doubles each time, up to 32 times as long, and is shortened by chance so that two who met do not meet again.</summary>
    internal TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one job may take, and a write wait for others.</summary>
    internal TimeSpan JobLimit
    {
        get => field == TimeSpan.Zero ? TimeSpan.FromSeconds(TimeoutSeconds) : field;
        init;
    }

    /// <summary>The pause before a job under way is looked at for the first time; it grows to 8 times as long.</summary>
    internal TimeSpan FirstLook { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The most bytes that one load job takes.</summary>
    internal int LoadBytes { get; init; } = 16 << 20;

    /// <summary>Nobody signs in.</summary>
    internal bool IsAnonymous => Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? address) && string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal);

    /// <summary>Checks every value.</summary>
    /// <exception cref="SettingException">A value is missing, malformed or out of its range; the message names the setting and where to set it.</exception>
    public void Validate()
    {
        Require(ProjectIdPattern().IsMatch(ProjectId), nameof(ProjectId), ProjectId, "the id of a Google Cloud project, such as my-project-1");
        Require(DatasetPattern().IsMatch(Dataset), nameof(Dataset), Dataset, "letters, digits and underscores, up to 1,024");
        Require(LocationPattern().IsMatch(Location), nameof(Location), Location, "a location such as EU or europe-west3");
        Require(Endpoint.Length == 0 || IsEndpoint(Endpoint), nameof(Endpoint), Endpoint, "an address that begins with https://, or with http:// on this machine");
        RequireRange(MaximumGigabytesBilled, 1, 1_000_000, nameof(MaximumGigabytesBilled));
        RequireRange(SearchMegabytes, 20, 1_000_000, nameof(SearchMegabytes));
        RequireRange(Attempts, 1, 20, nameof(Attempts));
        RequireRange(TimeoutSeconds, 10, 3600, nameof(TimeoutSeconds));
    }

    private static bool IsEndpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && (string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) || (address.IsLoopback && string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal)));

    private static void Require(bool holds, string name, string value, string expected)
    {
        if (!holds)
        {
            throw new SettingException($"BigQuery:{name}", string.IsNullOrEmpty(value) ? $"is missing; it must be {expected}." : $"is '{value}'; it must be {expected}.");
        }
    }

    private static void RequireRange(int value, int lowest, int highest, string name) => Require(
        value >= lowest && value <= highest,
        name,
        value.ToString(CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"from {lowest} to {highest}"));

    // A project of a domain is written domain.com:project.
    [GeneratedRegex("^([a-z][a-z0-9.-]{0,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectIdPattern();

    [GeneratedRegex("^[A-Za-z0-9_]{1,1024}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DatasetPattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9-]{1,40}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LocationPattern();
}
