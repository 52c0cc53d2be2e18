namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>The runs of functions that go on, and the last ones that ended. Bounded; may be used from many threads.</summary>
internal sealed class InvocationLog
{
    private const int Kept = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, InvocationRecord> _running = new(StringComparer.Ordinal);
    private readonly Queue<InvocationRecord> _ended = new();

    /// <summary>Notes that a run began.</summary>
    public void Begin(InvocationRecord record)
    {
        lock (_lock)
        {
            _running[record.Id] = record;
        }
    }

    /// <summary>Notes that a run ended.</summary>
    public void End(InvocationRecord record)
    {
        lock (_lock)
        {
            _running.Remove(record.Id);
            _ended.Enqueue(record);
            if (_ended.Count > Kept)
            {
                _ended.Dequeue();
            }
        }
    }

    /// <summary>The runs that go on, then the last ones that ended, each group newest first.</summary>
    public IReadOnlyList<InvocationRecord> Recent()
    {
        lock (_lock)
        {
            return [.. _running.Values.OrderByDescending(r => r.Started), .. _ended.Reverse()];
        }
    }
}
