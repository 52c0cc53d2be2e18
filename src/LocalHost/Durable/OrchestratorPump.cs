namespace Pipeline.LocalHost.Durable;

/// <summary>
/// The one thread an orchestrator has: continuations are run in the order they were posted, by whoever calls <see cref="Run"/>.
/// What other threads post is dropped, because an orchestrator that awaits something foreign cannot be replayed.
/// </summary>
internal sealed class OrchestratorPump : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private int _thread = NoThread;

    private const int NoThread = -1;

    /// <summary>Whether the caller is the orchestrator's own code.</summary>
    public bool IsCurrent => _thread == Environment.CurrentManagedThreadId && Current == this;

    /// <summary>Runs <paramref name="work"/> as the orchestrator.</summary>
    public void Run(Action work)
    {
        SynchronizationContext? before = Current;
        _thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            work();
        }
        finally
        {
            SetSynchronizationContext(before);
            Volatile.Write(ref _thread, NoThread);
        }
    }

    /// <summary>Runs what was posted, until nothing is left.</summary>
    public void Drain()
    {
        while (_posted.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
            next.Callback(next.State);
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId)
            _posted.Enqueue((d, state));
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (Volatile.Read(ref _thread) != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("An orchestrator's code cannot be called from another thread.");
        d(state);
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
