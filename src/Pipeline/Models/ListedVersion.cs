namespace Pipeline.Models;

/// <summary>A version in the object store.</summary>
/// <param name="Id">Its name in its parts.</param>
/// <param name="Manifest">Its manifest; null where that cannot be read.</param>
/// <param name="Problem">Why the manifest cannot be read, and what to do; null where it can.</param>
public sealed record ListedVersion(ModelVersionId Id, ModelManifest? Manifest, string? Problem);
