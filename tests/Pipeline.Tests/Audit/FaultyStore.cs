using Pipeline.Storage;

namespace Pipeline.Tests.Audit;

/// <summary>An object store that does not answer, or whose answers to writes are lost on the way.</summary>
internal sealed class FaultyStore(IObjectStore objects) : IObjectStore
{
    public bool Fails { get; set; }

    public int LosesAnswers { get; set; }

    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        Answer();
        bool written = await objects.WriteAsync(name, write, onlyIfAbsent, cancellationToken);
        if (LosesAnswers > 0)
        {
            LosesAnswers--;
            throw new ObjectStoreException("The answer was lost.");
        }

        return written;
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        Answer();
        return objects.OpenReadAsync(name, cancellationToken);
    }

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        Answer();
        return objects.ReadTaggedAsync(name, cancellationToken);
    }

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default)
    {
        Answer();
        return objects.ReplaceAsync(name, content, tag, cancellationToken);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        Answer();
        return objects.ListAsync(prefix, cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        Answer();
        return objects.DeleteAsync(name, cancellationToken);
    }

    private void Answer()
    {
        if (Fails)
        {
            throw new ObjectStoreException("The store does not answer.");
        }
    }
}
