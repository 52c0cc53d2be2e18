namespace Pipeline.LocalHost.Durable;

/// <summary>Something that happened to an instance and that its orchestrator has not seen yet.</summary>
/// <param name="MessageId">Its place in the order of arrival.</param>
/// <param name="ExecutionId">The run that it is meant for; null: whichever runs.</param>
/// <param name="Event">What happened.</param>
internal sealed record InboxMessage(long MessageId, string? ExecutionId, HistoryEvent Event);
