namespace Pipeline.Training;

/// <summary>How the training of one tech center ended, in names only: small enough to be kept in an orchestration's history.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Version">The published version; null where none was.</param>
/// <param name="Detail">Why none was published; null where one was.</param>
public sealed record TrainedTechCenter(string TechCenter, TrainingStatus Status, string? Version = null, string? Detail = null);
