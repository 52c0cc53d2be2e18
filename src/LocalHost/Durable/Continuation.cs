namespace Pipeline.LocalHost.Durable;

/// <summary>An orchestrator's wish to start anew.</summary>
/// <param name="Input">The next run's input, as JSON.</param>
/// <param name="CarriedEvents">Events that the next run shall see.</param>
internal sealed record Continuation(string? Input, IReadOnlyList<HistoryEvent> CarriedEvents);
