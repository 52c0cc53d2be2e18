using System.Threading.Channels;

namespace Pipeline.LocalHost.Durable;

/// <summary>Waits for durable timers, however many, with one timer of the clock.</summary>
internal sealed class TimerAlarm : IDisposable
{
    // A clock's timer takes at most 49 days; a shorter look at the clock also meets one that was set forward.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<WakeUp, DateTime> _waiting = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>An alarm without timers.</summary>
    public TimerAlarm(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => _signal.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a timer.</summary>
    public void Add(WakeUp timer)
    {
        lock (_gate)
            _waiting.Enqueue(timer, timer.At!.Value);
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Calls <paramref name="fire"/> for each timer when its time has come, one after the other, until cancelled.</summary>
    public async Task RunAsync(Action<WakeUp> fire, CancellationToken cancellationToken)
    {
        while (await _signal.Reader.WaitToReadAsync(cancellationToken))
        {
            _signal.Reader.TryRead(out _);
            while (NextDue() is { } due)
                fire(due);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Takes the next timer whose time has come; where there is none, sets the clock's timer for the first of the others.</summary>
    private WakeUp? NextDue()
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out WakeUp? first, out DateTime at))
                return null;
            TimeSpan wait = at - _time.GetUtcNow().UtcDateTime;
            if (wait <= TimeSpan.Zero)
                return _waiting.Dequeue();

            // A clock's timer counts whole milliseconds, and rounds down.
            _timer.Change(wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestWait, Timeout.InfiniteTimeSpan);

            // Looked at once more: a clock that was set forward before its timer was set would be met only when that goes off.
            return at <= _time.GetUtcNow().UtcDateTime ? _waiting.Dequeue() : null;
        }
    }
}
