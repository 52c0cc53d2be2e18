namespace Pipeline.TextClassification;

/// <summary>What happened when a model version was published.</summary>
/// <param name="TechCenter">The tech center's folder.</param>
/// <param name="Version">The version.</param>
/// <param name="Sound">Whether every file is what the manifest vouches for.</param>
/// <param name="Detail">What is wrong with it, and how to mend it; null where it is sound.</param>
/// <param name="SeenAt">When it was looked at, in UTC.</param>
public sealed record ModelArrival(string TechCenter, string Version, bool Sound, string? Detail, DateTimeOffset SeenAt);
