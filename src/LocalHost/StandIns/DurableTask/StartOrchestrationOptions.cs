namespace Microsoft.DurableTask;

/// <summary>How a client starts an orchestration.</summary>
/// <param name="InstanceId">The id of the instance; null: a new one.</param>
/// <param name="StartAt">Not to be started before; null: at once.</param>
public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null);
