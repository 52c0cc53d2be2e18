namespace Pipeline.LocalHost.Durable;

/// <summary>An activity that was called and has not ended.</summary>
/// <param name="InstanceId">The calling instance.</param>
/// <param name="ExecutionId">Its run.</param>
/// <param name="TaskId">Which call of it this is.</param>
/// <param name="Name">The activity's name.</param>
/// <param name="Input">Its input, as JSON; null: none.</param>
internal sealed record ActivityWork(string InstanceId, string ExecutionId, int TaskId, string Name, string? Input);
