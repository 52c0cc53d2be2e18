using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// Runs statements, reads their results, and loads rows. What passes is tried again; whatever remains is a <see cref="WarehouseException"/>.
/// A statement may be repeated although its first attempt succeeded, when its end could not be seen: callers pass statements that bear it.
/// </summary>
internal sealed class BigQueryConnection(BigQueryOptions options, BigQueryRequests requests, BigQueryJobs jobs, TimeProvider clock)
{
    private const int RowsPerPage = 2000;
    private const long BytesPerGigabyte = 1_000_000_000;

    private static readonly TimeSpan StagingLife = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestDrop = TimeSpan.FromSeconds(30);

    /// <summary>Runs statements, and passes on the rows of the last SELECT as their pages arrive.</summary>
    public async IAsyncEnumerable<ResultRow> ReadAsync(BigQueryScript script, IReadOnlyList<QueryParameter> parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string job = await RunAsync(script, parameters, cancellationToken);
        await foreach (ResultRow row in RowsAsync(job, cancellationToken))
        {
            yield return row;
        }
    }

    /// <summary>Runs statements that write, and reads the few rows of the last SELECT. Once they have committed nothing cancels them any more, nor their answer.</summary>
    public async Task<IReadOnlyList<ResultRow>> WriteAsync(BigQueryScript script, IReadOnlyList<QueryParameter> parameters, CancellationToken cancellationToken)
    {
        string job = await RunAsync(script, parameters, cancellationToken);
        return await RowsAsync(job, CancellationToken.None).ToArrayAsync(CancellationToken.None);
    }

    /// <summary>Runs statements, and tells the job that did.</summary>
    public Task<string> RunAsync(BigQueryScript script, IReadOnlyList<QueryParameter> parameters, CancellationToken cancellationToken) => jobs.RunAsync(
        script.Step,
        (client, id) => client.StartAsync(new QueryJob(id, script.Sql, parameters, script.MaximumBytes ?? options.MaximumGigabytesBilled * BytesPerGigabyte, Labels(script.Step)), cancellationToken),
        cancellationToken);

    /// <summary>Loads rows into a new table, which expires by itself: as many load jobs as the rows take, each of which loads all of its part or nothing.</summary>
    public async Task StageAsync(string name, StagedRows rows, string step, CancellationToken cancellationToken)
    {
        StagingTable table = new(name, rows.Columns, clock.GetUtcNow() + StagingLife, Labels(step));
        await MakeAsync(client => client.CreateTableAsync(table, cancellationToken), cancellationToken);
        await LoadAsync(name, rows, step, cancellationToken);
    }

    /// <summary>Loads rows into a table that is there, beside those that it has.</summary>
    public async Task LoadAsync(string name, StagedRows rows, string step, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> part in rows.Parts(options.LoadBytes))
        {
            await jobs.RunAsync("load", (client, id) => client.StartAsync(new LoadJob(id, name, rows.Columns, Labels(step)), part, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Deletes a staging table, also after the step was cancelled. A failure, or no answer in time, is left alone: the table expires.</summary>
    public async Task DropAsync(string stagingTable)
    {
        using CancellationTokenSource limit = new(LongestDrop, clock);
        try
        {
            await requests.SendAsync(client => client.DeleteTableAsync(stagingTable, limit.Token), limit.Token);
        }
        catch (Exception e) when (limit.IsCancellationRequested || e is WarehouseException)
        {
            return;
        }
    }

    /// <summary>Makes the dataset where it is missing.</summary>
    public Task CreateDatasetAsync(CancellationToken cancellationToken) => MakeAsync(client => client.CreateDatasetAsync(Labels("create-dataset"), cancellationToken), cancellationToken);

    /// <summary>A table of the dataset as it is; null where it is missing, or the dataset is.</summary>
    public async Task<TableState?> FindTableAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.SendAsync(client => client.FindTableAsync(name, cancellationToken), cancellationToken);
        }
        catch (WarehouseException e) when (e.InnerException is { } cause && BigQueryFailure.IsMissing(cause))
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ResultRow> RowsAsync(string job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            ResultPage page = await requests.SendAsync(client => client.ReadPageAsync(job, token, RowsPerPage, cancellationToken), cancellationToken);
            foreach (ResultRow row in ResultRow.Of(page))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            token = page.NextPage;
        }
        while (token is not null);
    }

    // What is there already was made by another, or by this request when its first answer was lost.
    private Task MakeAsync(Func<IBigQuery, Task> make, CancellationToken cancellationToken) => requests.SendAsync(
        async client =>
        {
            try
            {
                await make(client);
            }
            catch (Exception e) when (BigQueryFailure.IsDuplicate(e))
            {
                return;
            }
        },
        cancellationToken);

    private static Dictionary<string, string> Labels(string step) => new(StringComparer.Ordinal) { ["app"] = "pipeline", ["step"] = step };
}
