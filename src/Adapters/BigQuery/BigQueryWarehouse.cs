using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// The warehouse in a BigQuery dataset. Rows are loaded into a staging table of their own (newline-delimited JSON, which costs nothing) and merged from there;
/// every write is one multi-statement transaction, and one that meets another is tried again. Large columns are read from the days that need them only.
/// The first use makes the tables that are missing; where it fails, the next one tries again. Ordinal order is that of the UTF-8 bytes. Every failure of BigQuery is a <see cref="WarehouseException"/>.
/// </summary>
public sealed partial class BigQueryWarehouse : IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IIngestionLog, IRemovals, IErasures, IMeasures, IAlertLog, IProblemIncidents, IWarehouseTables, IDisposable
{
    private const string SchemaSetting = "warehouse.schema";
    private const string Settings = "settings";

    // Rises with every change of the tables.
    private const int SchemaVersion = 7;

    // Those before have no index of the incidents that they stored.
    private const int SearchedSince = 7;

    private readonly BigQueryOptions _options;
    private readonly BigQueryClients _clients;
    private readonly BigQueryConnection _connection;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isOpen;

    /// <summary>Names the dataset; nothing is connected yet.</summary>
    /// <param name="options">Where it is, and the limits.</param>
    /// <param name="credentials">
    /// The JSON text of a service account's key or of a workload identity federation configuration; null or empty for the application default credentials.
    /// It is asked for before each step, so a rotated key is used from the next one on.
    /// </param>
    /// <param name="connect">Makes a client of BigQuery; without credentials where nobody signs in.</param>
    /// <param name="logger">Is told what each job was billed for.</param>
    /// <exception cref="SettingException">An option is missing or wrong.</exception>
    public BigQueryWarehouse(BigQueryOptions options, Func<string?> credentials, Func<BigQueryOptions, GoogleCredential?, IBigQuery> connect, ILogger<BigQueryWarehouse>? logger = null)
        : this(options, credentials, connect, logger, isOpen: false)
    {
    }

    internal BigQueryWarehouse(BigQueryOptions options, Func<string?> credentials, Func<BigQueryOptions, GoogleCredential?, IBigQuery> connect, ILogger<BigQueryWarehouse>? logger, bool isOpen)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentNullException.ThrowIfNull(connect);
        options.Validate();
        _options = options;
        _isOpen = isOpen;
        _clients = new BigQueryClients(options, credentials, connect);
        BigQueryRequests requests = new(options, _clients, TimeProvider.System);
        _connection = new BigQueryConnection(options, requests, new BigQueryJobs(options, requests, TimeProvider.System, logger ?? NullLogger<BigQueryWarehouse>.Instance), TimeProvider.System);
    }

    private string Where => $"the BigQuery dataset '{_options.ProjectId}.{_options.Dataset}'";

    /// <inheritdoc/>
    /// <exception cref="WarehouseException">A table that is there has a column of another type, or a newer program made the tables.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        Dictionary<string, TableState> tables = await FindTablesAsync(cancellationToken);
        int made = tables.ContainsKey(Settings) ? await ReadSchemaAsync(cancellationToken) : 0;
        if (tables.Count == 0)
        {
            await _connection.CreateDatasetAsync(cancellationToken);
        }

        await CompleteAsync(tables, cancellationToken);
        if (tables.Count < BigQueryTables.All.Count)
        {
            await _connection.RunAsync(BigQueryScript.Of("create-tables"), [], cancellationToken);
        }

        if (!tables.TryGetValue(BigQueryTables.Lock, out TableState? lockTable) || lockTable.Rows == 0)
        {
            await _connection.RunAsync(BigQueryScript.Of("fill-lock"), [], cancellationToken);
        }

        if (made < SearchedSince && tables.TryGetValue(BigQueryTables.Embeddings, out TableState? stored) && stored.Rows > 0)
        {
            await RunAloneAsync(BigQuerySql.Transaction("set-setting"), Setting(IndexSetting, IsBehind), cancellationToken);
        }

        if (made < SchemaVersion)
        {
            await RunAloneAsync(BigQuerySql.Transaction("set-setting"), Setting(SchemaSetting, BigQueryFormat.Number(SchemaVersion)), cancellationToken);
        }

        _isOpen = true;
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _clients.Dispose();
        _writing.Dispose();
        _opening.Dispose();
    }

    private async Task<Dictionary<string, TableState>> FindTablesAsync(CancellationToken cancellationToken)
    {
        (string Name, Task<TableState?> State)[] looks = [.. BigQueryTables.All.Keys.Select(name => (name, _connection.FindTableAsync(name, cancellationToken)))];
        await Task.WhenAll(looks.Select(look => look.State));
        Dictionary<string, TableState> tables = new(StringComparer.Ordinal);
        foreach ((string name, Task<TableState?> state) in looks)
        {
            if (await state is { } there)
            {
                tables[name] = there;
            }
        }

        return tables;
    }

    // Tables that were there before, made by hand or by an earlier version, get the columns that they lack. What they have stays as it is.
    private async Task CompleteAsync(Dictionary<string, TableState> tables, CancellationToken cancellationToken)
    {
        foreach ((string name, TableState found) in tables)
        {
            TableState state = found;
            if (BigQueryTables.HasOldEmbedding(name, state))
            {
                await _connection.RunAsync(BigQueryScript.Of("rename-embedding"), [], cancellationToken);
                state = await _connection.FindTableAsync(name, cancellationToken) ?? state;
            }

            if (BigQueryTables.Completion(Where, name, state) is { } statements)
            {
                await _connection.RunAsync(new BigQueryScript("complete-tables", statements), [], cancellationToken);
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_isOpen)
        {
            return;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (!_isOpen)
            {
                await InitializeAsync(cancellationToken);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<int> ReadSchemaAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        await foreach (ResultRow row in _connection.ReadAsync(BigQueryScript.Of("get-setting"), [Parameter.Text("name", SchemaSetting)], cancellationToken))
        {
            version = BigQueryRows.Text(row, "value");
        }

        return version is null ? 0
            : int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int made) && made <= SchemaVersion ? made
            : throw new WarehouseException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Where} has schema version {version}, this program knows versions up to {SchemaVersion}. Use the newer program that made it, or name another dataset in BigQuery:Dataset."));
    }

    /// <summary>Loads rows, runs a transaction on them and deletes what was loaded. Alone among the writers of this process, so that they do not cancel each other.</summary>
    private async Task<IReadOnlyList<ResultRow>> WriteAsync(StagedRows rows, BigQueryScript transaction, QueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            string staging = $"staging_{Guid.NewGuid():N}";
            try
            {
                await _connection.StageAsync(staging, rows, transaction.Step, cancellationToken);
                return await _connection.WriteAsync(transaction.From(staging), parameters, cancellationToken);
            }
            finally
            {
                await _connection.DropAsync(staging);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<IReadOnlyList<ResultRow>> WriteAsync(BigQueryScript transaction, QueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await RunAloneAsync(transaction, parameters, cancellationToken);
    }

    private async Task<IReadOnlyList<ResultRow>> RunAloneAsync(BigQueryScript transaction, QueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await _connection.WriteAsync(transaction, parameters, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private IAsyncEnumerable<ResultRow> ReadAsync(string sql, QueryParameter[] parameters, CancellationToken cancellationToken) => ReadAsync(BigQueryScript.Of(sql), parameters, cancellationToken);

    private async IAsyncEnumerable<ResultRow> ReadAsync(BigQueryScript script, QueryParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await foreach (ResultRow row in _connection.ReadAsync(script, parameters, cancellationToken))
        {
            yield return row;
        }
    }

    private async Task<ResultRow?> FirstAsync(string sql, QueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await foreach (ResultRow row in ReadAsync(sql, parameters, cancellationToken))
        {
            return row;
        }

        return null;
    }

    private Task<IReadOnlyList<T>> ListAsync<T>(string sql, QueryParameter[] parameters, Func<ResultRow, T> read, CancellationToken cancellationToken) => ListAsync(BigQueryScript.Of(sql), parameters, read, cancellationToken);

    private async Task<IReadOnlyList<T>> ListAsync<T>(BigQueryScript script, QueryParameter[] parameters, Func<ResultRow, T> read, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        await foreach (ResultRow row in ReadAsync(script, parameters, cancellationToken))
        {
            rows.Add(read(row));
        }

        return rows;
    }
}
