using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>An object store in which something else happens just before the first object of an ending is written: by default the first file of a model version.</summary>
internal sealed class InterruptedObjectStore(IObjectStore objects, Func<Task> interruption, string ending = ModelPaths.ArraysFile) : IObjectStore
{
    private bool _happened;

    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        if (!_happened && name.EndsWith(ending, StringComparison.Ordinal))
        {
            _happened = true;
            await interruption();
        }

        return await objects.WriteAsync(name, write, onlyIfAbsent, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) => objects.OpenReadAsync(name, cancellationToken);

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) => objects.ReadTaggedAsync(name, cancellationToken);

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) => objects.ReplaceAsync(name, content, tag, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => objects.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => objects.DeleteAsync(name, cancellationToken);
}
