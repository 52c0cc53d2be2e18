namespace Pipeline.LocalHost.Hosting.State;

/// <summary>Where a timer stands, in UTC.</summary>
/// <param name="Last">When it last ran; the default where it never did.</param>
/// <param name="Next">When it is to run next.</param>
/// <param name="Updated">The time <paramref name="Next"/> was reckoned from where it never ran.</param>
/// <param name="Succeeded">Whether the last run ended well; null where it never ran.</param>
internal sealed record TimerState(DateTime Last, DateTime Next, DateTime Updated, bool? Succeeded);
