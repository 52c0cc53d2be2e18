using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>An object store whose every change is a step at which the process can end.</summary>
internal sealed class CrashingObjectStore(IObjectStore objects, CrashPoint crash) : IObjectStore
{
    public Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default) =>
        crash.StepAsync(() => objects.WriteAsync(name, write, onlyIfAbsent, cancellationToken));

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) => objects.OpenReadAsync(name, cancellationToken);

    public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) => objects.ReadTaggedAsync(name, cancellationToken);

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) =>
        crash.StepAsync(() => objects.ReplaceAsync(name, content, tag, cancellationToken));

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => objects.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => crash.StepAsync(async () =>
    {
        await objects.DeleteAsync(name, cancellationToken);
        return true;
    });
}

/// <summary>A warehouse whose every removal is a step at which the process can end.</summary>
internal sealed class CrashingRemovals(IRemovals removals, CrashPoint crash) : IRemovals
{
    public Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => removals.FindOldestAsync(from, until, cancellationToken);

    public Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default) =>
        removals.ReadOpenedAsync(from, until, afterNumber, limit, cancellationToken);

    public Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default) => removals.FindIncidentAsync(number, cancellationToken);

    public Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default) => removals.CountOthersOfTextAsync(contentHash, number, cancellationToken);

    public Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default) => crash.StepAsync(() => removals.RemoveAsync(incidents, cancellationToken));

    public Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default) => crash.StepAsync(() => removals.EraseAsync(number, cancellationToken));
}
