using System.Globalization;

namespace Pipeline.LocalHost.Tests.Hosting;

/// <summary>A clock that stands until a test moves it.</summary>
internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = now;

    public ManualClock(string now)
        : this(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture))
    {
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            ManualTimer timer = new(this, callback, state, dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _now + dueTime);
            _timers.Add(timer);
            return timer;
        }
    }

    /// <summary>Moves the clock, once somebody waits for it, and sets off what is due.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await WaitForWaiterAsync();
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(t => t.Fire());
    }

    /// <summary>Sets the clock to another time, as a person or a time server does, and lets <paramref name="runsOn"/> go by: timers count elapsed time and know nothing of what was set.</summary>
    public async Task JumpAsync(DateTimeOffset to, TimeSpan runsOn)
    {
        await WaitForWaiterAsync();
        lock (_lock)
        {
            foreach (ManualTimer timer in _timers)
            {
                timer.Shift(to - _now);
            }

            _now = to;
        }

        await AdvanceAsync(runsOn);
    }

    /// <summary>Moves the clock while nobody waits for it.</summary>
    public void Skip(TimeSpan by)
    {
        lock (_lock)
        {
            _now += by;
        }
    }

    /// <summary>Ends when somebody waits for the clock.</summary>
    public async Task WaitForWaiterAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_timers.Exists(t => t.Due < DateTimeOffset.MaxValue))
                {
                    return;
                }
            }

            await Task.Delay(1);
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state, DateTimeOffset due) : ITimer
    {
        public DateTimeOffset Due { get; private set; } = due;

        public void Shift(TimeSpan by) => Due = Due == DateTimeOffset.MaxValue ? Due : Due + by;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock._now + dueTime;
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
