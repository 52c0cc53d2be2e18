namespace Pipeline.Storage;

/// <summary>
/// Named byte objects, such as the files of a model version. Names are relative paths with forward slashes,
/// without empty, <c>.</c> or <c>..</c> segments; anything else is an <see cref="ArgumentException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>
    /// Writes an object from what <paramref name="write"/> puts into the stream. Readers see the old object or the whole new one, never a part;
    /// when <paramref name="write"/> throws, nothing has changed. The object is durable when the task completes.
    /// </summary>
    /// <returns>False where <paramref name="onlyIfAbsent"/> was asked for and the object exists: then it is left as it was.</returns>
    Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default);

    /// <summary>Opens an object for reading; null where there is none.</summary>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads a small object whole, with the tag that <see cref="ReplaceAsync"/> takes; null where there is none.</summary>
    Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Writes a small object whole, if it is still the one that was read: of several who replace the same one at once, one succeeds. It is durable when the task completes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">What it is to hold.</param>
    /// <param name="tag">The tag of the object that was read; null where there was none.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>False where it was written or deleted since: then it is left as it is. Read it again.</returns>
    Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default);

    /// <summary>The names and sizes of all objects whose name starts with <paramref name="prefix"/>, in ordinal order of name.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object; nothing happens where there is none.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);
}

/// <summary>An object in the store.</summary>
/// <param name="Name">Its name: a relative path with forward slashes.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record StoredObject(string Name, long Size)
{
    /// <summary>A text that is another one after every write of the object, such as its ETag; null where the store cannot tell.</summary>
    public string? Version { get; init; }
}

/// <summary>A small object as it was read.</summary>
/// <param name="Content">What it holds.</param>
/// <param name="Tag">A text that is another one after every write of other content, such as its ETag.</param>
public sealed record TaggedObject(ReadOnlyMemory<byte> Content, string Tag);

/// <summary>The object store could not be read or written. The message says what failed, where, and how to mend it.</summary>
public sealed class ObjectStoreException : Exception
{
    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it.</summary>
    public ObjectStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it, and its cause.</summary>
    public ObjectStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
