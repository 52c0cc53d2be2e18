using Pipeline.Storage;

namespace Pipeline.Bench.Faults;

/// <summary>
/// Decides by a seed which calls of the stores go wrong, and how: the same seed with the same calls in the same order gives the same faults. A call fails before it does anything; or does all and loses its
/// answer; or its write is torn, so that the store takes nothing; or it is slow, and the clock moves on by up to three hours.
/// </summary>
internal sealed class FaultPlan(int seed, double share)
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    /// <summary>Whether anything goes wrong.</summary>
    public bool Active { get; set; }

    /// <summary>The faults so far, by kind.</summary>
    public SortedDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>The time, which slow calls move on.</summary>
    public FaultClock Clock { get; } = new();

    /// <summary>What becomes of the next call.</summary>
    public Fault Next()
    {
        lock (_lock)
        {
            if (!Active || _random.NextDouble() >= share)
            {
                return Fault.None;
            }

            Fault fault = (Fault)_random.Next(1, 5);
            Faults[fault.ToString()] = Faults.GetValueOrDefault(fault.ToString()) + 1;
            if (fault == Fault.Delay)
            {
                Clock.Advance(TimeSpan.FromSeconds(_random.Next(1, 10_800)));
            }

            return fault;
        }
    }

    /// <summary>The failure of a call, as the stores say it.</summary>
    public static Exception Failure(Type port, string call) => port == typeof(IObjectStore)
        ? new ObjectStoreException($"The object store does not answer ({call}).")
        : new WarehouseException($"The warehouse does not answer ({call}).");
}

/// <summary>What becomes of a call.</summary>
internal enum Fault
{
    /// <summary>It does what it is asked.</summary>
    None,

    /// <summary>It fails before it does anything.</summary>
    Fail,

    /// <summary>It does all, and its answer is lost.</summary>
    LoseAnswer,

    /// <summary>Its write breaks off in the middle.</summary>
    Tear,

    /// <summary>It is slow.</summary>
    Delay,
}

/// <summary>A clock that goes on only when a call is slow, or the work says so.</summary>
internal sealed class FaultClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
}
