namespace Pipeline.Models;

/// <summary>The published versions of one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Newest">The version that answers.</param>
/// <param name="Versions">All versions, the newest first.</param>
public sealed record TechCenterModels(string TechCenter, string Newest, IReadOnlyList<PublishedModel> Versions);
