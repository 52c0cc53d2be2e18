using System.Collections.Concurrent;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The way to BigQuery, on which things go wrong as a test says.</summary>
internal sealed class FaultyBigQuery(IBigQuery inner) : IBigQuery
{
    private readonly ConcurrentQueue<(string Call, Fault Fault)> _faults = new();
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);

    /// <summary>Every call, in the order of their arrival.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Whether jobs stay under way until they are cancelled, and what has become of one then; null lets them end.</summary>
    public Held? Hold { get; set; }

    /// <summary>Is told of each call before anything happens.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>The same, for what takes its time.</summary>
    public Func<string, Task>? OnCallAsync { get; set; }

    /// <summary>The next call of this name fails: it never arrives, or it does and its answer is lost.</summary>
    public void Fail(string call, Exception exception, bool isDone = false, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            _faults.Enqueue((call, new Fault(exception, isDone)));
        }
    }

    public Task<JobStatus> StartAsync(QueryJob job, CancellationToken cancellationToken) => StartAsync("query", job.Id, () => inner.StartAsync(job, cancellationToken), cancellationToken);

    public Task<JobStatus> StartAsync(LoadJob job, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        StartAsync("load", job.Id, () => inner.StartAsync(job, lines, cancellationToken), cancellationToken);

    public Task<JobStatus> FindJobAsync(string id, CancellationToken cancellationToken) => PassAsync("find", () => Look(id, cancellationToken), cancellationToken);

    public Task CancelJobAsync(string id, CancellationToken cancellationToken) => PassAsync(
        "cancel",
        () =>
        {
            _held[id] = true;
            return Hold == Held.Lost ? Task.FromResult(true) : DoneAsync(inner.CancelJobAsync(id, cancellationToken));
        },
        cancellationToken);

    public Task<ResultPage> ReadPageAsync(string id, string? pageToken, int rows, CancellationToken cancellationToken) =>
        PassAsync($"page {pageToken ?? "0"}", () => inner.ReadPageAsync(id, pageToken, rows, cancellationToken), cancellationToken);

    public Task<TableState> FindTableAsync(string name, CancellationToken cancellationToken) => PassAsync("table", () => inner.FindTableAsync(name, cancellationToken), cancellationToken);

    public Task CreateTableAsync(StagingTable table, CancellationToken cancellationToken) => PassAsync("create", () => DoneAsync(inner.CreateTableAsync(table, cancellationToken)), cancellationToken);

    public Task DeleteTableAsync(string name, CancellationToken cancellationToken) => PassAsync("delete", () => DoneAsync(inner.DeleteTableAsync(name, cancellationToken)), cancellationToken);

    public Task CreateDatasetAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        PassAsync("dataset", () => DoneAsync(inner.CreateDatasetAsync(labels, cancellationToken)), cancellationToken);

    public void Dispose() => GC.SuppressFinalize(this);

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    // A job that is held and lost has done nothing when it is cancelled; one that is held and committed has done everything.
    private async Task<JobStatus> StartAsync(string call, string id, Func<Task<JobStatus>> start, CancellationToken cancellationToken) => await PassAsync(
        call,
        async () =>
        {
            if (Hold is null || !string.Equals(call, "query", StringComparison.Ordinal))
            {
                return await start();
            }

            _held[id] = false;
            if (Hold == Held.Committed)
            {
                await start();
            }

            return Running();
        },
        cancellationToken);

    private Task<JobStatus> Look(string id, CancellationToken cancellationToken) => (_held.TryGetValue(id, out bool isCancelled), Hold) switch
    {
        (true, not null) when !isCancelled => Task.FromResult(Running()),
        (true, Held.Lost) => Task.FromResult(new JobStatus(IsDone: true, new JobError("stopped", "Job execution was cancelled: User requested cancellation"), 0)),
        _ => inner.FindJobAsync(id, cancellationToken),
    };

    private static JobStatus Running() => new(IsDone: false, Error: null, 0);

    private async Task<T> PassAsync<T>(string call, Func<Task<T>> pass, CancellationToken cancellationToken)
    {
        Calls.Enqueue(call);
        OnCall?.Invoke(call);
        await (OnCallAsync?.Invoke(call) ?? Task.CompletedTask);
        cancellationToken.ThrowIfCancellationRequested();
        if (_faults.TryPeek(out (string Call, Fault Fault) next) && string.Equals(next.Call, call, StringComparison.Ordinal) && _faults.TryDequeue(out next))
        {
            if (next.Fault.IsDone)
            {
                await pass();
            }

            throw next.Fault.Exception;
        }

        return await pass();
    }

    private sealed record Fault(Exception Exception, bool IsDone);
}

/// <summary>What has become of a job that was held until it was cancelled.</summary>
internal enum Held
{
    /// <summary>It had done nothing yet.</summary>
    Lost,

    /// <summary>It had committed.</summary>
    Committed,
}
