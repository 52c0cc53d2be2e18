using System.Runtime.CompilerServices;
using Google.Apis.Bigquery.v2.Data;
using Google.Cloud.BigQuery.V2;
using Google.Api.Gax;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// Runs statements and loads rows. What passes is tried again, with longer and longer pauses; whatever remains is a <see cref="WarehouseException"/>.
/// A statement may be repeated although its first attempt succeeded, when only the answer was lost: callers pass statements that bear it.
/// </summary>
internal sealed class BigQueryConnection(BigQueryOptions options, Func<string?> credentials, Func<string?, CancellationToken, Task<BigQueryClient>> connect, TimeProvider clock) : IDisposable
{
    private const int RowsPerPage = 2000;
    private const long BytesPerGigabyte = 1_000_000_000;
    private const int LongestPause = 32;

    private static readonly TimeSpan StagingLife = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestDrop = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { ["app"] = "pipeline" };

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly List<BigQueryClient> _clients = [];
    private string? _credentials;

    /// <summary>Runs statements that read, and passes on the rows of the last SELECT as their pages arrive.</summary>
    public async IAsyncEnumerable<BigQueryRow> ReadAsync(string sql, BigQueryParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BigQueryResults results = await RunAsync(sql, parameters, cancellationToken);
        await using IAsyncEnumerator<BigQueryRow> rows = results.GetRowsAsync().GetAsyncEnumerator(cancellationToken);
        while (await GuardAsync(() => rows.MoveNextAsync().AsTask(), cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return rows.Current;
        }
    }

    /// <summary>Runs statements, and again while they fail for reasons that pass.</summary>
    public Task<BigQueryResults> RunAsync(string sql, BigQueryParameter[] parameters, CancellationToken cancellationToken) => TryAsync(
        async client =>
        {
            QueryOptions query = new()
            {
                DefaultDataset = new DatasetReference { ProjectId = options.ProjectId, DatasetId = options.Dataset },
                MaximumBytesBilled = options.MaximumGigabytesBilled * BytesPerGigabyte,
                Labels = Labels,
            };
            GetQueryResultsOptions paging = new() { PageSize = RowsPerPage, Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds) };
            return await client.ExecuteQueryAsync(sql, parameters, query, paging, cancellationToken);
        },
        cancellationToken);

    /// <summary>Loads rows into a new table, which expires by itself.</summary>
    public async Task StageAsync(string name, StagedRows rows, CancellationToken cancellationToken)
    {
        TableSchema schema = new() { Fields = [.. rows.Columns.Select(column => new TableFieldSchema { Name = column.Name, Type = column.Type, Mode = column.Mode })] };
        await TryAsync(
            async client =>
            {
                TableReference table = client.GetTableReference(options.Dataset, name);
                await client.GetOrCreateTableAsync(table, new Table { Schema = schema, ExpirationTime = (clock.GetUtcNow() + StagingLife).ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken);
                UploadJsonOptions upload = new() { WriteDisposition = WriteDisposition.WriteTruncate, MaxBadRecords = 0, Labels = Labels };
                using MemoryStream lines = new(rows.Json.GetBuffer(), 0, (int)rows.Json.Length, writable: false);
                BigQueryJob job = await client.UploadJsonAsync(table, schema, lines, upload, cancellationToken);
                PollSettings poll = new(Expiration.FromTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds)), TimeSpan.FromMilliseconds(500));
                return (await job.PollUntilCompletedAsync(pollSettings: poll, cancellationToken: cancellationToken)).ThrowOnAnyError();
            },
            cancellationToken);
    }

    /// <summary>Deletes a staging table, also after the step was cancelled. A failure, or no answer in time, is left alone: the table expires.</summary>
    public async Task DropAsync(string stagingTable)
    {
        using CancellationTokenSource limit = new(LongestDrop, clock);
        try
        {
            BigQueryClient client = await ClientAsync(limit.Token);
            await client.DeleteTableAsync(options.Dataset, stagingTable, cancellationToken: limit.Token);
        }
        catch (Exception e) when (limit.IsCancellationRequested || BigQueryFailure.Concerns(e))
        {
            return;
        }
    }

    /// <summary>Makes the dataset where it is missing.</summary>
    public Task CreateDatasetAsync(CancellationToken cancellationToken) => TryAsync(
        client => client.GetOrCreateDatasetAsync(options.Dataset, new Dataset { Location = options.Location, Labels = Labels }, cancellationToken: cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _connecting.Dispose();
    }

    private async Task<T> TryAsync<T>(Func<BigQueryClient, Task<T>> step, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await step(await ClientAsync(cancellationToken));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && attempt < options.Attempts && BigQueryFailure.Passes(e))
            {
                await Task.Delay(Pause(attempt), clock, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && BigQueryFailure.Concerns(e))
            {
                throw BigQueryFailure.Explain(options, e);
            }
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && BigQueryFailure.Concerns(e))
        {
            throw BigQueryFailure.Explain(options, e);
        }
    }

    private TimeSpan Pause(int attempt) => options.FirstRetry * Math.Min(1 << (attempt - 1), LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2));

    // Queries under way keep the client they began with, so an old one is disposed with the warehouse only.
    private async Task<BigQueryClient> ClientAsync(CancellationToken cancellationToken)
    {
        string? present = credentials();
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_clients.Count == 0 || !string.Equals(present, _credentials, StringComparison.Ordinal))
            {
                _clients.Add(await connect(present, cancellationToken));
                _credentials = present;
            }

            return _clients[^1];
        }
        finally
        {
            _connecting.Release();
        }
    }
}
