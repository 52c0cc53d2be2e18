using System.Threading.RateLimiting;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>
/// Counts the requests of each caller for each function in each minute of the clock, and the uploads that are received at once. A new minute begins with new counters, so that what is kept is
/// bounded by what one minute brings. May be used from many threads.
/// </summary>
internal sealed class CallerLimits(LimitOptions options, TimeProvider clock) : IDisposable
{
    // Longer than the minute after which the counters are thrown away.
    private static readonly TimeSpan NeverReplenished = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly ConcurrencyLimiter _uploads = new(new ConcurrencyLimiterOptions { PermitLimit = options.ConcurrentUploads, QueueLimit = 0 });
    private Minute? _minute;
    private Minute? _before;

    /// <summary>Counts a request.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <param name="function">The function that it is for.</param>
    /// <returns>Null where it may go on; otherwise the seconds after which the caller may come again.</returns>
    public int? Count(string caller, string function) => Count($"{caller}\n{function}", options.RequestsPerMinute);

    /// <summary>Counts a credential that is not valid.</summary>
    /// <param name="address">Where it came from.</param>
    /// <returns>Null where it is to be answered; otherwise the seconds after which the next one is.</returns>
    public int? CountFailure(string address) => Count($"\n{address}", options.FailedSignInsPerMinute);

    /// <summary>Takes one of the places for uploads, which is free again when the lease is disposed of; null where all are taken.</summary>
    public IDisposable? TakeUpload()
    {
        RateLimitLease lease = _uploads.AttemptAcquire();
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _uploads.Dispose();
        _minute?.Counters.Dispose();
        _before?.Counters.Dispose();
    }

    private int? Count(string key, int limit)
    {
        if (limit == 0)
        {
            return null;
        }

        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        using RateLimitLease lease = Of(now / 60).Counters.AttemptAcquire((key, limit));
        return lease.IsAcquired ? null : (int)(60 - (now % 60));
    }

    private Minute Of(long number)
    {
        lock (_lock)
        {
            if (_minute?.Number != number)
            {
                // The counters of the minute before may still be asked by another thread; nobody asks those before it.
                _before?.Counters.Dispose();
                _before = _minute;
                _minute = new Minute(number, PartitionedRateLimiter.Create<(string Key, int Limit), string>(asked => RateLimitPartition.GetFixedWindowLimiter(
                    asked.Key,
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = asked.Limit, Window = NeverReplenished, QueueLimit = 0, AutoReplenishment = false })));
            }

            return _minute;
        }
    }

    private sealed record Minute(long Number, PartitionedRateLimiter<(string Key, int Limit)> Counters);
}
