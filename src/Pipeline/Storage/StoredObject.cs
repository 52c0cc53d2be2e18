namespace Pipeline.Storage;

/// <summary>An object in the store.</summary>
/// <param name="Name">Its name: a relative path with forward slashes.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record StoredObject(string Name, long Size);
