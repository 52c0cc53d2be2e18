namespace Pipeline.LocalHost.Durable;

/// <summary>The external events of one run: who waits for which, and which nobody has waited for yet. Names are compared without regard to case.</summary>
internal sealed class EventInbox
{
    private readonly Dictionary<string, Stack<TaskCompletionSource<string?>>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _kept = [];

    /// <summary>Events that nobody has waited for, in their order.</summary>
    public IReadOnlyList<HistoryEvent> Kept => _kept;

    /// <summary>Whether anybody waits.</summary>
    public bool IsAwaited => _waiting.Values.Any(stack => stack.Any(waiter => !waiter.Task.IsCompleted));

    /// <summary>Waits for an event; the payload, as JSON. Of several waiters for the same name the latest is served first.</summary>
    public Task<string?> Wait(string name, CancellationToken cancellationToken)
    {
        int kept = _kept.FindIndex(raised => string.Equals(raised.Name, name, StringComparison.OrdinalIgnoreCase));
        if (kept >= 0)
        {
            string? payload = _kept[kept].Payload;
            _kept.RemoveAt(kept);
            return Task.FromResult(payload);
        }

        var waiter = new TaskCompletionSource<string?>();
        if (!_waiting.TryGetValue(name, out Stack<TaskCompletionSource<string?>>? stack))
            _waiting[name] = stack = new();
        stack.Push(waiter);
        cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        return waiter.Task;
    }

    /// <summary>Hands an event to a waiter, or keeps it.</summary>
    public void Raise(HistoryEvent raised)
    {
        if (_waiting.TryGetValue(raised.Name ?? "", out Stack<TaskCompletionSource<string?>>? stack))
        {
            while (stack.TryPop(out TaskCompletionSource<string?>? waiter))
            {
                if (waiter.TrySetResult(raised.Payload))
                    return;
            }
        }

        _kept.Add(raised);
    }
}
