namespace Pipeline.Storage;

/// <summary>An object in the store.</summary>
/// <param name="Name">Its name: a relative path with forward slashes.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record StoredObject(string Name, long Size)
{
    /// <summary>A text that is another one after every write of the object, such as its ETag; null where the store cannot tell.</summary>
    public string? Version { get; init; }
}
