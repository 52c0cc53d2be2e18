using System.Threading.Channels;

namespace Pipeline.Adapters.Azure.Tests.Support;

/// <summary>A clock that stands still, and whose timers go off when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Channel<Action> _waiting = Channel.CreateUnbounded<Action>();
    private readonly Lock _lock = new();
    private DateTimeOffset _now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waiting.Writer.TryWrite(() => callback(state));
        return new Silent();
    }

    /// <summary>Waits until somebody waits, moves the clock by an hour, and sets off the timer.</summary>
    public async Task ElapseAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        Action timer = await _waiting.Reader.ReadAsync(patience.Token);
        lock (_lock)
        {
            _now += TimeSpan.FromHours(1);
        }

        timer();
    }

    private sealed class Silent : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
