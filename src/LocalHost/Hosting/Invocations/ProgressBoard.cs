using System.Collections.Concurrent;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>The work that goes on and how far it is, as the use cases report it. May be used from many threads.</summary>
internal sealed class ProgressBoard(InvocationLog log) : IProgress<PipelineProgress>
{
    private readonly ConcurrentDictionary<(string Stage, string? Invocation), PipelineProgress> _work = new();

    /// <summary>The work that is not done, by stage. What an ended run of a function left undone is gone.</summary>
    public IReadOnlyList<PipelineProgress> Current
    {
        get
        {
            HashSet<string> running = [.. log.Recent().Where(r => r.Outcome == InvocationOutcome.Running).Select(r => r.Id)];
            foreach ((string Stage, string? Invocation) key in _work.Keys.Where(k => k.Invocation is not null && !running.Contains(k.Invocation)))
            {
                _work.TryRemove(key, out _);
            }

            return [.. _work.OrderBy(w => w.Key.Stage, StringComparer.Ordinal).Select(w => w.Value)];
        }
    }

    /// <inheritdoc/>
    public void Report(PipelineProgress value)
    {
        (string, string?) key = (value.Stage, FunctionInvoker.CurrentInvocation);
        if (value.Done < value.Total)
        {
            _work[key] = value;
        }
        else
        {
            _work.TryRemove(key, out _);
        }
    }
}
