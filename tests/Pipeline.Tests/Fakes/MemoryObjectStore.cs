using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>An object store in memory, whose content tests can tamper with.</summary>
internal sealed class MemoryObjectStore : IObjectStore
{
    private volatile TaskCompletionSource? _pause;

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes over what another one holds, in arrays of its own.</summary>
    public void CopyFrom(MemoryObjectStore other)
    {
        lock (other.Objects)
        {
            foreach ((string name, byte[] content) in other.Objects)
            {
                Objects[name] = [.. content];
            }
        }
    }

    /// <summary>Lets listings wait until <see cref="Resume"/>.</summary>
    public void Pause() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _pause?.SetResult();

    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = new();
        await write(stream, cancellationToken);
        lock (Objects)
        {
            if (onlyIfAbsent && Objects.ContainsKey(name))
            {
                return false;
            }

            Objects[name] = stream.ToArray();
            return true;
        }
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (Objects)
        {
            return Task.FromResult<Stream?>(Objects.TryGetValue(name, out byte[]? content) ? new MemoryStream(content) : null);
        }
    }

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (Objects)
        {
            return Task.FromResult(Objects.TryGetValue(name, out byte[]? content) ? new TaggedObject(content, TagOf(content)) : null);
        }
    }

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default)
    {
        lock (Objects)
        {
            bool fits = string.Equals(Objects.TryGetValue(name, out byte[]? present) ? TagOf(present) : null, tag, StringComparison.Ordinal);
            if (fits)
            {
                Objects[name] = content.ToArray();
            }

            return Task.FromResult(fits);
        }
    }

    private static string TagOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (_pause is TaskCompletionSource pause)
        {
            await pause.Task.WaitAsync(cancellationToken);
        }

        KeyValuePair<string, byte[]>[] listed;
        lock (Objects)
        {
            listed = [.. Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))];
        }

        foreach ((string name, byte[] content) in listed)
        {
            yield return new StoredObject(name, content.Length);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        lock (Objects)
        {
            Objects.Remove(name);
        }

        return Task.CompletedTask;
    }
}
