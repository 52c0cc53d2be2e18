using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>A store before each of whose writes something else happens.</summary>
internal sealed class BusyObjectStore(MemoryObjectStore inner, Func<Task> before) : IObjectStore
{
    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        await before();
        return await inner.WriteAsync(name, write, onlyIfAbsent, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) => inner.OpenReadAsync(name, cancellationToken);

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) => inner.ReadTaggedAsync(name, cancellationToken);

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) => inner.ReplaceAsync(name, content, tag, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => inner.DeleteAsync(name, cancellationToken);
}
