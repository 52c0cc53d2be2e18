using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>An instance as the journal holds it.</summary>
/// <param name="RowId">Its place in the order of creation.</param>
/// <param name="InstanceId">Its id.</param>
/// <param name="ExecutionId">The id of this run of it; another after every continue-as-new.</param>
/// <param name="Name">The name of its orchestrator.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CreatedAt">When it was scheduled, in UTC.</param>
/// <param name="UpdatedAt">When its orchestrator ran last, in UTC.</param>
/// <param name="Input">Its input, as JSON.</param>
/// <param name="Output">Its output, as JSON.</param>
/// <param name="CustomStatus">Its custom status, as JSON.</param>
/// <param name="Failure">What went wrong, as JSON.</param>
/// <param name="EndsChildren">Whether it was terminated with its sub-orchestrations.</param>
internal sealed record InstanceRecord(
    long RowId,
    string InstanceId,
    string ExecutionId,
    string Name,
    OrchestrationRuntimeStatus Status,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    string? Input,
    string? Output,
    string? CustomStatus,
    string? Failure,
    bool EndsChildren)
{
    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>Which instances to list.</summary>
/// <param name="Limit">At most so many.</param>
/// <param name="After">Only those created after this row.</param>
/// <param name="CreatedFrom">Created at this time, in UTC, or later.</param>
/// <param name="CreatedTo">Created at this time, in UTC, or earlier.</param>
/// <param name="Prefix">With an id that begins with this.</param>
internal sealed record InstanceQuery(int Limit, long After = 0, DateTime? CreatedFrom = null, DateTime? CreatedTo = null, string? Prefix = null)
{
    /// <summary>Of one of these statuses; any when empty.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus> Statuses { get; init; } = [];
}
