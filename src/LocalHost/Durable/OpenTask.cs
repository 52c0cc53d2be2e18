namespace Pipeline.LocalHost.Durable;

/// <summary>A call of an orchestrator that has no answer yet.</summary>
/// <param name="Action">The call.</param>
internal sealed record OpenTask(HistoryEvent Action)
{
    /// <summary>Completes with the answer. Continuations run on the thread that completes it, which is the orchestrator's.</summary>
    public TaskCompletionSource<string?> Answer { get; } = new();
}
