namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>A schedule as people see it.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Schedule">The expression.</param>
/// <param name="Next">The next run, in UTC.</param>
/// <param name="Last">The last run, in UTC; null where there was none.</param>
/// <param name="Succeeded">Whether the last run ended well; null where there was none.</param>
/// <param name="IsRunning">Whether it runs just now.</param>
internal sealed record TimerView(string Function, string Schedule, DateTimeOffset Next, DateTimeOffset? Last, bool? Succeeded, bool IsRunning);
