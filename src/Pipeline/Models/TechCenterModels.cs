namespace Pipeline.Models;

/// <summary>The published versions of one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Newest">The version that answers; null where the newest one is damaged.</param>
/// <param name="Versions">All sound versions, the newest first.</param>
/// <param name="Damaged">The versions that cannot be read, the newest first.</param>
public sealed record TechCenterModels(string TechCenter, string? Newest, IReadOnlyList<PublishedModel> Versions, IReadOnlyList<DamagedModel> Damaged);
