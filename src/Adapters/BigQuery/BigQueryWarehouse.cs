using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Cloud.BigQuery.V2;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// The warehouse in a BigQuery dataset. Rows are loaded into a staging table of their own (newline-delimited JSON, which costs nothing) and merged from there;
/// every write is one multi-statement transaction, and one that meets another is tried again. Large columns are read from the days that need them only.
/// The first use makes the tables that are missing; where it fails, the next one tries again. Ordinal order is that of the UTF-8 bytes. Every failure of BigQuery is a <see cref="WarehouseException"/>.
/// </summary>
public sealed partial class BigQueryWarehouse : IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IIngestionLog, IRemovals, IErasures, IMeasures, IAlertLog, IProblemIncidents, IDisposable
{
    private const string SchemaSetting = "warehouse.schema";

    // Rises with every change of the tables.
    private const int SchemaVersion = 5;

    // From here on the bytes of an embedding have a column of their own.
    private const int BytesRenamed = 3;

    private readonly BigQueryOptions _options;
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
    /// <exception cref="SettingException">An option is missing or wrong.</exception>
    public BigQueryWarehouse(BigQueryOptions options, Func<string?> credentials)
        : this(options, credentials, (json, cancellationToken) => BigQueryCredentials.ConnectAsync(options, json, cancellationToken), isOpen: false)
    {
    }

    internal BigQueryWarehouse(BigQueryOptions options, Func<string?> credentials, Func<string?, CancellationToken, Task<BigQueryClient>> connect, bool isOpen = true)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        options.Validate();
        _options = options;
        _isOpen = isOpen;
        _connection = new BigQueryConnection(options, credentials, connect, TimeProvider.System);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        string? version = await ReadSchemaAsync(cancellationToken);
        int made = 0;
        if (version is null)
        {
            await _connection.CreateDatasetAsync(cancellationToken);
        }
        else if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out made) || made > SchemaVersion)
        {
            throw new WarehouseException(string.Create(
                CultureInfo.InvariantCulture,
                $"The BigQuery dataset '{_options.ProjectId}.{_options.Dataset}' has schema version {version}, this program knows versions up to {SchemaVersion}. Use the newer program that made it, or name another dataset in BigQuery:Dataset."));
        }

        if (made is > 0 and < BytesRenamed)
        {
            await _connection.RunAsync(BigQuerySql.Get("rename-embedding"), [], cancellationToken);
            await SetSchemaAsync(BytesRenamed, cancellationToken);
        }

        if (made < SchemaVersion)
        {
            await _connection.RunAsync(BigQuerySql.Get("create-tables"), [], cancellationToken);
            await _connection.RunAsync(BigQuerySql.Get("complete-tables"), [], cancellationToken);
            await SetSchemaAsync(SchemaVersion, cancellationToken);
        }

        _isOpen = true;
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        _writing.Dispose();
        _opening.Dispose();
    }

    private Task SetSchemaAsync(int version, CancellationToken cancellationToken) =>
        RunAloneAsync(BigQuerySql.Transaction("set-setting"), Setting(SchemaSetting, version.ToString(CultureInfo.InvariantCulture)), cancellationToken);

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

    private async Task<string?> ReadSchemaAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (BigQueryRow row in _connection.ReadAsync(BigQuerySql.Get("get-setting"), [Parameter.Text("name", SchemaSetting)], cancellationToken))
            {
                return BigQueryRows.Text(row, "value");
            }

            return null;
        }
        catch (WarehouseException e) when (e.InnerException is { } cause && BigQueryFailure.IsMissing(cause))
        {
            return null;
        }
    }

    /// <summary>Loads rows, runs a transaction on them and deletes what was loaded. Alone among the writers of this process, so that they do not cancel each other.</summary>
    private async Task<BigQueryResults> WriteAsync(StagedRows rows, string transaction, BigQueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            string staging = $"staging_{Guid.NewGuid():N}";
            try
            {
                await _connection.StageAsync(staging, rows, cancellationToken);
                return await _connection.RunAsync(BigQuerySql.From(transaction, staging), parameters, cancellationToken);
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

    private async Task<BigQueryResults> WriteAsync(string transaction, BigQueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await RunAloneAsync(transaction, parameters, cancellationToken);
    }

    private async Task<BigQueryResults> RunAloneAsync(string transaction, BigQueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await _connection.RunAsync(transaction, parameters, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async IAsyncEnumerable<BigQueryRow> ReadAsync(string sql, BigQueryParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await foreach (BigQueryRow row in _connection.ReadAsync(BigQuerySql.Get(sql), parameters, cancellationToken))
        {
            yield return row;
        }
    }

    private async Task<BigQueryRow?> FirstAsync(string sql, BigQueryParameter[] parameters, CancellationToken cancellationToken)
    {
        await foreach (BigQueryRow row in ReadAsync(sql, parameters, cancellationToken))
        {
            return row;
        }

        return null;
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(string sql, BigQueryParameter[] parameters, Func<BigQueryRow, T> read, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        await foreach (BigQueryRow row in ReadAsync(sql, parameters, cancellationToken))
        {
            rows.Add(read(row));
        }

        return rows;
    }
}
