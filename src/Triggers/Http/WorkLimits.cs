using System.Globalization;
using System.Threading.RateLimiting;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>
/// Bounds what computes while a caller waits, so that a host of which too much is asked answers as many as it can in good time, and tells the others at once to come again. May be used from many threads.
/// </summary>
/// <param name="options">How many run and wait.</param>
public sealed class WorkLimits(LimitOptions options) : IDisposable
{
    // Most of the time of what is short is spent waiting: for a remote embedder, or for the disk.
    private const int ShortOfProcessor = 32;

    /// <summary>Those of searches.</summary>
    public WorkPlaces Searches { get; } = new(
        "searches", options.ConcurrentSearches ?? Environment.ProcessorCount, WaitingSearches(options), $"Limits:{nameof(LimitOptions.ConcurrentSearches)} and Limits:{nameof(LimitOptions.WaitingSearches)}");

    /// <summary>Those of texts to classify and to embed, which are done in a fraction of the time and must not wait behind searches.</summary>
    public WorkPlaces Classifications { get; } = new(
        "classifications", options.ConcurrentClassifications ?? ShortOfProcessor * Environment.ProcessorCount, options.WaitingClassifications, $"Limits:{nameof(LimitOptions.ConcurrentClassifications)} and Limits:{nameof(LimitOptions.WaitingClassifications)}");

    /// <summary>Those of incidents that are sent as JSON: a body is small, unlike a file, and many people send one each.</summary>
    public WorkPlaces Submissions { get; } = new(
        "submissions", options.ConcurrentSubmissions ?? ShortOfProcessor * Environment.ProcessorCount, options.WaitingSubmissions, $"Limits:{nameof(LimitOptions.ConcurrentSubmissions)} and Limits:{nameof(LimitOptions.WaitingSubmissions)}");

    // Twice as many as of what is short, whose places are many: of few places, 500 users who search now and then take all at times.
    private static int WaitingSearches(LimitOptions options) => options.WaitingSearches ?? 16 * (options.ConcurrentSearches ?? Environment.ProcessorCount);

    /// <inheritdoc/>
    public void Dispose()
    {
        Searches.Dispose();
        Classifications.Dispose();
        Submissions.Dispose();
    }
}

/// <summary>Places for one kind of work: so many run at once, so many wait, the first that came first.</summary>
public sealed class WorkPlaces : IDisposable
{
    private const int WaitingForEach = 8;

    private readonly ConcurrencyLimiter _places;
    private readonly string _what;
    private readonly string _settings;

    /// <summary>Makes the places.</summary>
    /// <param name="what">What the work is, as in "many searches".</param>
    /// <param name="running">How many run at once.</param>
    /// <param name="waiting">How many wait; null for 8 for each that runs.</param>
    /// <param name="settings">The settings that say so.</param>
    internal WorkPlaces(string what, int running, int? waiting, string settings)
    {
        (_what, _settings) = (what, settings);
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = running, QueueLimit = waiting ?? WaitingForEach * running, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    }

    /// <summary>Does work when it is its turn. Read what the client sends before that: a slow one would hold the place.</summary>
    /// <exception cref="OverloadedException">All places are taken, those to wait in as well.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using RateLimitLease place = await _places.AcquireAsync(permitCount: 1, cancellationToken);
        return place.IsAcquired ? await work() : throw new OverloadedException($"As many {_what} run and wait as {_settings} allow. Send it again in {OverloadedException.SecondsToRetry.ToString(CultureInfo.InvariantCulture)} seconds.");
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}

/// <summary>More is asked of this instance at once than it can do in good time.</summary>
/// <param name="message">What is told to the caller.</param>
public sealed class OverloadedException(string message) : Exception(message)
{
    /// <summary>After how many seconds a caller may come again: by then those that wait are done.</summary>
    internal const int SecondsToRetry = 2;
}
