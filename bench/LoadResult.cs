namespace Pipeline.Bench;

/// <summary>The API under load.</summary>
/// <param name="Processors">Processors that server and clients share.</param>
/// <param name="Clients">Clients that each wait for an answer before they ask again.</param>
/// <param name="TechCenters">Tech centers asked for, in proportion to their incidents.</param>
/// <param name="Quiet">Without a training.</param>
/// <param name="Training">With a training under way.</param>
internal sealed record LoadResult(int Processors, int Clients, int TechCenters, LoadPhase Quiet, LoadPhase Training);
