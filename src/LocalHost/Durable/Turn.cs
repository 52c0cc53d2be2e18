using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>What one run of an orchestrator has led to. It is stored whole or not at all.</summary>
/// <param name="Instance">The instance as it stood before.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Events">The rows to add to the history.</param>
/// <param name="LastMessage">The last message of the inbox that was seen.</param>
/// <param name="Status">Where the instance stands now.</param>
internal sealed record Turn(InstanceRecord Instance, DateTime At, IReadOnlyList<HistoryEvent> Events, long LastMessage, OrchestrationRuntimeStatus Status)
{
    /// <summary>The output, as JSON, when it has ended.</summary>
    public string? Output { get; init; }

    /// <summary>What went wrong, as JSON, when it has failed.</summary>
    public string? Failure { get; init; }

    /// <summary>The custom status, as JSON.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>Timers that the orchestrator cancelled, by task id.</summary>
    public IReadOnlyList<int> CancelledTimers { get; init; } = [];

    /// <summary>Set when the instance starts anew.</summary>
    public Continuation? Continuation { get; init; }

    /// <summary>Whether its sub-orchestrations are to be terminated.</summary>
    public bool TerminateChildren { get; init; }

    /// <summary>Whether the instance has ended.</summary>
    public bool HasEnded => Continuation is null
        && Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
