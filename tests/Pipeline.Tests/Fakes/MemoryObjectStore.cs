using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>An object store in memory, whose content tests can tamper with.</summary>
internal sealed class MemoryObjectStore : IObjectStore
{
    private volatile TaskCompletionSource? _pause;

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Lets listings wait until <see cref="Resume"/>.</summary>
    public void Pause() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _pause?.SetResult();

    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        if (onlyIfAbsent && Objects.ContainsKey(name))
        {
            return false;
        }

        using MemoryStream stream = new();
        await write(stream, cancellationToken);
        Objects[name] = stream.ToArray();
        return true;
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) =>
        Task.FromResult<Stream?>(Objects.TryGetValue(name, out byte[]? content) ? new MemoryStream(content) : null);

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (_pause is TaskCompletionSource pause)
        {
            await pause.Task.WaitAsync(cancellationToken);
        }

        foreach ((string name, byte[] content) in Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
        {
            yield return new StoredObject(name, content.Length);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        Objects.Remove(name);
        return Task.CompletedTask;
    }
}
