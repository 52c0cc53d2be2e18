using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Erasure;
using Pipeline.Incidents;

namespace Pipeline.Adapters.Local;

/// <content>Incidents that leave the warehouse, and the record of those that were erased.</content>
public sealed partial class SqliteWarehouse
{
    // What is deleted is overwritten as well, and does not outlast the transaction in the log.
    private const string Shred = "PRAGMA secure_delete = ON";

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => _file.ReadAsync<DateTimeOffset?>(
        connection => connection.ExecuteScalar<string?>(SqliteWarehouseSql.FindOldest, new { from = SqliteFormat.Date(from), until = SqliteFormat.Date(until) }) is { } date ? SqliteFormat.ParseDate(date) : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadOpened, ["@from", "@until", "@after", "@limit"], SqliteFormat.Date(from), SqliteFormat.Date(until), afterNumber ?? "", limit), ReadStored, cancellationToken);

    /// <inheritdoc/>
    public async Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default) =>
        await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.FindStored, ["@number"], number), ReadStored, cancellationToken) is [StoredIncident found] ? found : null;

    /// <inheritdoc/>
    public Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(connection => connection.ExecuteScalar<long>(SqliteWarehouseSql.CountOthersOfText, new { contentHash, number }), cancellationToken);

    /// <inheritdoc/>
    public async Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        RemovedRows removed = await _file.WriteAsync(
            (connection, transaction) =>
            {
                using SqliteStatement find = new(connection, transaction, SqliteWarehouseSql.IsVersion, "@number", "@sequence");
                List<string> numbers = [];
                foreach (IncidentVersion incident in incidents)
                {
                    using SqliteDataReader reader = find.Query(incident.Number, incident.Sequence);
                    if (reader.Read())
                    {
                        numbers.Add(incident.Number);
                    }
                }

                return Remove(connection, transaction, numbers, cancellationToken);
            },
            cancellationToken);
        await _file.EmptyLogAsync(cancellationToken);
        return removed;
    }

    /// <inheritdoc/>
    public async Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default)
    {
        RemovedRows removed = await _file.WriteAsync((connection, transaction) => Remove(connection, transaction, [number], cancellationToken), cancellationToken);
        await _file.RewriteAsync(cancellationToken);
        return removed;
    }

    /// <inheritdoc/>
    public async Task RecordErasureAsync(ErasureRecord erasure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        await _file.WriteAsync(
            (connection, transaction) =>
            {
                connection.Execute(Shred, transaction: transaction);
                return connection.Execute(
                    SqliteWarehouseSql.UpsertErasure,
                    new
                    {
                        id = erasure.Id,
                        numberSha256 = erasure.NumberSha256,
                        requestedAt = SqliteFormat.Date(erasure.RequestedAt),
                        requestedBy = erasure.RequestedBy,
                        number = erasure.Number,
                        finishedAt = SqliteFormat.Date(erasure.FinishedAt),
                        removed = JsonSerializer.Serialize(erasure.Removed, PipelineJson.Compact),
                        problem = erasure.Problem,
                    },
                    transaction);
            },
            cancellationToken);
        if (erasure.Number is null)
        {
            // The record named the incident until now.
            await _file.EmptyLogAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<ErasureRecord?> FindErasureAsync(string id, CancellationToken cancellationToken = default) =>
        await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.FindErasure, ["@id"], id), ReadErasure, cancellationToken) is [ErasureRecord found] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ErasureRecord>> ReadErasuresAsync(int limit, CancellationToken cancellationToken = default) =>
        _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.ReadErasures, ["@limit"], limit), ReadErasure, cancellationToken);

    private static RemovedRows Remove(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<string> numbers, CancellationToken cancellationToken)
    {
        connection.Execute(Shred, transaction: transaction);
        using SqliteStatement incident = new(connection, transaction, SqliteWarehouseSql.DeleteIncident, "@number");
        using SqliteStatement preprocessed = new(connection, transaction, SqliteWarehouseSql.DeletePreprocessed, "@number");
        using SqliteStatement prediction = new(connection, transaction, SqliteWarehouseSql.DeletePrediction, "@number");
        using SqliteStatement deadLetter = new(connection, transaction, SqliteWarehouseSql.DeleteDeadLetter, "@number");
        using SqliteStatement remember = new(connection, transaction, SqliteWarehouseSql.UpsertRemoval, "@numberHash", "@sequence");
        long sequence = connection.ExecuteScalar<long>(SqliteWarehouseSql.LastSequence, transaction: transaction);
        RemovedRows removed = new(0, 0, 0, 0);
        foreach (string number in numbers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            removed += new RemovedRows(incident.Execute(number), preprocessed.Execute(number), prediction.Execute(number), deadLetter.Execute(number));
            remember.Execute(EraseIncident.HashOf(number), ++sequence);
        }

        connection.Execute(SqliteWarehouseSql.ForgetRemovals, transaction: transaction);
        return removed;
    }

    private static StoredIncident ReadStored(SqliteDataReader reader) => new(reader.GetInt64(0), ReadIncident(reader))
    {
        Summary = Text(reader, 13),
        ContentHash = Text(reader, 14),
        ClusterId = reader.IsDBNull(15) ? null : reader.GetInt32(15),
        ClusterLabel = Text(reader, 16),
        DomainName = Text(reader, 17),
        Confidence = reader.IsDBNull(18) ? null : reader.GetDouble(18),
        ModelVersion = Text(reader, 19),
        ProblemId = reader.IsDBNull(20) ? null : reader.GetInt32(20),
        ProblemLabel = Text(reader, 21),
        ArrivedAt = SqliteFormat.ReadDate(reader, 22),
        Embedder = Text(reader, 23),
        PredictedAt = SqliteFormat.ReadDate(reader, 24),
    };

    private static ErasureRecord ReadErasure(SqliteDataReader reader) => new(reader.GetString(0), reader.GetString(1), SqliteFormat.ParseDate(reader.GetString(2)), reader.GetString(3))
    {
        Number = Text(reader, 4),
        FinishedAt = SqliteFormat.ReadDate(reader, 5),
        Removed = JsonSerializer.Deserialize<ErasureCounts>(reader.GetString(6), PipelineJson.Compact) ?? new ErasureCounts(),
        Problem = Text(reader, 7),
    };
}
