using System.Globalization;

namespace Pipeline.Access;

/// <summary>How much one caller may ask for, and how slowly: the settings under <c>Limits</c>.</summary>
public sealed record LimitOptions
{
    /// <summary>Requests of one caller for one function in a minute of the clock, 1 to 1,000,000; 0 for no limit.</summary>
    public int RequestsPerMinute { get; init; } = 6_000;

    /// <summary>Credentials that are not valid, from one address in a minute of the clock, that are looked at before the answer is 429; 1 to 1,000,000, 0 for no limit.</summary>
    public int FailedSignInsPerMinute { get; init; } = 100;

    /// <summary>Files that are received at once, 1 to 1,000.</summary>
    public int ConcurrentUploads { get; init; } = 8;

    /// <summary>Searches that run at once, 1 to 1,000; null for as many as there are processors.</summary>
    public int? ConcurrentSearches { get; init; }

    /// <summary>Searches that wait until one of those has ended, 0 to 100,000; null for 16 for each that runs.</summary>
    public int? WaitingSearches { get; init; }

    /// <summary>Requests to classify or to embed texts that run at once, 1 to 1,000; null for 32 for each processor, as most of the time of a remote embedder is spent waiting.</summary>
    public int? ConcurrentClassifications { get; init; }

    /// <summary>Such requests that wait until one of those has ended, 0 to 100,000; null for 8 for each that runs.</summary>
    public int? WaitingClassifications { get; init; }

    /// <summary>Requests that send incidents as JSON and are taken in at once, 1 to 1,000; null for 32 for each processor.</summary>
    public int? ConcurrentSubmissions { get; init; }

    /// <summary>Such requests that wait until one of those has ended, 0 to 100,000; null for 8 for each that runs.</summary>
    public int? WaitingSubmissions { get; init; }

    /// <summary>Connections that <c>serve</c> holds at once, 1 to 100,000.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>How slowly a body may come to <c>serve</c>, in bytes a second after the time of grace, 1 to 1,000,000.</summary>
    public int MinBytesPerSecond { get; init; } = 240;

    /// <summary>The seconds of grace before that, 2 to 600.</summary>
    public int GraceSeconds { get; init; } = 5;

    /// <summary>The seconds in which the headers of a request must come to <c>serve</c>, 1 to 600.</summary>
    public int HeaderSeconds { get; init; } = 30;

    /// <summary>The seconds after which <c>serve</c> closes a connection on which nothing comes, 1 to 3,600.</summary>
    public int IdleSeconds { get; init; } = 130;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="SettingException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(nameof(RequestsPerMinute), RequestsPerMinute, 0, 1_000_000);
        Require(nameof(FailedSignInsPerMinute), FailedSignInsPerMinute, 0, 1_000_000);
        Require(nameof(ConcurrentUploads), ConcurrentUploads, 1, 1_000);
        Require(nameof(ConcurrentSearches), ConcurrentSearches ?? 1, 1, 1_000);
        Require(nameof(WaitingSearches), WaitingSearches ?? 0, 0, 100_000);
        Require(nameof(ConcurrentClassifications), ConcurrentClassifications ?? 1, 1, 1_000);
        Require(nameof(WaitingClassifications), WaitingClassifications ?? 0, 0, 100_000);
        Require(nameof(ConcurrentSubmissions), ConcurrentSubmissions ?? 1, 1, 1_000);
        Require(nameof(WaitingSubmissions), WaitingSubmissions ?? 0, 0, 100_000);
        Require(nameof(Connections), Connections, 1, 100_000);
        Require(nameof(MinBytesPerSecond), MinBytesPerSecond, 1, 1_000_000);
        Require(nameof(GraceSeconds), GraceSeconds, 2, 600);
        Require(nameof(HeaderSeconds), HeaderSeconds, 1, 600);
        Require(nameof(IdleSeconds), IdleSeconds, 1, 3_600);
    }

    private static void Require(string name, int value, int lowest, int highest)
    {
        if (value < lowest || value > highest)
        {
            throw new SettingException($"Limits:{name}", string.Create(CultureInfo.InvariantCulture, $"is {value}; it must be from {lowest} to {highest}."));
        }
    }
}
