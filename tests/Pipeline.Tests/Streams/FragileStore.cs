using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Tests.Streams;

/// <summary>An object store in memory that can die at a write or a deletion, before or after it is done, as a machine does, or be full.</summary>
internal sealed class FragileStore : IObjectStore
{
    private readonly Lock _lock = new();
    private int _changes;

    public FragileStore(IEnumerable<KeyValuePair<string, byte[]>>? content = null)
    {
        foreach ((string name, byte[] bytes) in content ?? [])
        {
            Objects[name] = bytes;
        }
    }

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The change, counted from 1, at which everything ends; 0 for never.</summary>
    public int DiesAt { get; init; }

    /// <summary>Whether that change is still made.</summary>
    public bool DiesAfterwards { get; init; }

    public bool IsDead { get; private set; }

    public bool IsFull { get; set; }

    /// <summary>Part of the names of objects that a failing disk stores with a flipped bit; null for none.</summary>
    public string? Garbles { get; set; }

    public int Changes => Volatile.Read(ref _changes);

    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = new();
        await write(stream, cancellationToken);
        lock (_lock)
        {
            if (IsFull)
            {
                throw new ObjectStoreException("The disk is full. Free some space.");
            }

            return Change(() =>
            {
                if (onlyIfAbsent && Objects.ContainsKey(name))
                {
                    return false;
                }

                Objects[name] = stream.ToArray();
                Objects[name][^1] ^= Garbles is not null && name.Contains(Garbles, StringComparison.Ordinal) ? (byte)1 : (byte)0;
                return true;
            });
        }
    }

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return Task.FromResult(Objects.TryGetValue(name, out byte[]? bytes) ? new TaggedObject(bytes, Convert.ToHexString(SHA256.HashData(bytes))) : null);
        }
    }

    public async Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) =>
        string.Equals((await ReadTaggedAsync(name, cancellationToken))?.Tag, tag, StringComparison.Ordinal)
        && await WriteAsync(name, (stream, token) => stream.WriteAsync(content, token).AsTask(), cancellationToken: cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return Task.FromResult<Stream?>(Objects.TryGetValue(name, out byte[]? content) ? new MemoryStream(content) : null);
        }
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        foreach (StoredObject stored in List(prefix))
        {
            yield return stored;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            Change(() => Objects.Remove(name));
        }

        return Task.CompletedTask;
    }

    /// <summary>What is stored now.</summary>
    public KeyValuePair<string, byte[]>[] Content()
    {
        lock (_lock)
        {
            return [.. Objects];
        }
    }

    private StoredObject[] List(string prefix)
    {
        lock (_lock)
        {
            return [.. Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => new StoredObject(o.Key, o.Value.Length))];
        }
    }

    private bool Change(Func<bool> change)
    {
        if (IsDead)
        {
            throw new ObjectStoreException("The machine is gone.");
        }

        IsDead = ++_changes == DiesAt;
        bool changed = !IsDead || DiesAfterwards ? change() : false;
        return IsDead ? throw new ObjectStoreException("The machine went down.") : changed;
    }
}
