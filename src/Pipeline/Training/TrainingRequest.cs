namespace Pipeline.Training;

/// <summary>Asks for a training.</summary>
/// <param name="Year">The calendar year of the window's end; null for that of the newest incident.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4; null for that of the newest incident.</param>
/// <param name="TechCenters">The tech centers to train; null for all that have preprocessed incidents.</param>
/// <param name="Token">Tells apart requests that are otherwise equal: only a run with the same token is resumed. Null for none.</param>
public sealed record TrainingRequest(int? Year = null, int? Quarter = null, IReadOnlyList<string>? TechCenters = null, string? Token = null);
