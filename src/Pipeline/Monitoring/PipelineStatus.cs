namespace Pipeline.Monitoring;

/// <summary>What is stored, how old it is, and what waits.</summary>
/// <param name="Embedder">The configured embedder.</param>
/// <param name="WaitingForPreprocessing">Incidents that are new or changed since the last preprocessing.</param>
/// <param name="DeadLetters">Incidents that could not be processed.</param>
/// <param name="TechCenters">One entry per tech center, in ordinal order.</param>
public sealed record PipelineStatus(string Embedder, long WaitingForPreprocessing, int DeadLetters, IReadOnlyList<TechCenterStatus> TechCenters);
