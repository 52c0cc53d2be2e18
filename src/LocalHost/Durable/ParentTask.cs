namespace Pipeline.LocalHost.Durable;

/// <summary>The call that a sub-orchestration answers.</summary>
/// <param name="InstanceId">The caller.</param>
/// <param name="ExecutionId">The caller's run.</param>
/// <param name="Name">The name of the caller's orchestrator.</param>
/// <param name="TaskId">Which call of the caller it is.</param>
internal sealed record ParentTask(string InstanceId, string ExecutionId, string Name, int TaskId);
