namespace Pipeline.LocalHost.Durable;

/// <summary>What a journal says is still to be done.</summary>
/// <param name="Activities">Activities to run.</param>
/// <param name="Timers">Timers to wait for.</param>
/// <param name="Instances">Instances whose orchestrators have unread messages.</param>
internal sealed record PendingWork(IReadOnlyList<ActivityWork> Activities, IReadOnlyList<TimerWork> Timers, IReadOnlyList<string> Instances);
