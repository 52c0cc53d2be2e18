namespace Pipeline.LocalHost.Durable;

/// <summary>A timer that has not gone off.</summary>
/// <param name="InstanceId">The instance that waits.</param>
/// <param name="ExecutionId">Its run.</param>
/// <param name="TaskId">Which call of it this is; <see cref="HistoryEvent.NoTask"/>: its delayed start.</param>
/// <param name="FireAt">When it goes off, in UTC.</param>
internal sealed record TimerWork(string InstanceId, string ExecutionId, int TaskId, DateTime FireAt);
