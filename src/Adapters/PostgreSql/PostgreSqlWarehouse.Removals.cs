using System.Text.Json;
using Npgsql;
using Pipeline.Erasure;
using Pipeline.Incidents;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Incidents that leave the warehouse, and the record of those that were erased. What is deleted is on the server's disk until it is vacuumed, and in its log until that is overwritten.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => _database.ReadAsync(
        async session => (await session.ListAsync(PostgreSqlWarehouseSql.FindOldest, reader => PostgreSqlFormat.DateOrNull(reader, 0), SqlValue.Date("from", from), SqlValue.Date("until", until)))[0],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default) => _database.ListAsync(
        PostgreSqlWarehouseSql.ReadOpened, ReadStored, cancellationToken, SqlValue.Date("from", from), SqlValue.Date("until", until), SqlValue.Text("after", afterNumber ?? ""), SqlValue.Whole("limit", limit));

    /// <inheritdoc/>
    public async Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default) =>
        await _database.ListAsync(PostgreSqlWarehouseSql.FindStored, ReadStored, cancellationToken, SqlValue.Texts("numbers", [number])) is [StoredIncident found] ? found : null;

    /// <inheritdoc/>
    public Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default) => _database.ReadAsync(
        session => session.OneAsync<long>(PostgreSqlWarehouseSql.CountOthersOfText, SqlValue.Text("contentHash", contentHash), SqlValue.Text("number", number)), cancellationToken);

    /// <inheritdoc/>
    public Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        return _database.WriteAsync(
            async session => await RemoveAsync(session, await session.ListAsync(
                PostgreSqlWarehouseSql.FindVersions, reader => reader.GetString(0), SqlValue.Texts("numbers", incidents.Select(i => i.Number)), SqlValue.Wholes("sequences", incidents.Select(i => (long?)i.Sequence)))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default) => _database.WriteAsync(session => RemoveAsync(session, [number]), cancellationToken);

    /// <inheritdoc/>
    public Task RecordErasureAsync(ErasureRecord erasure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        return _database.WriteAsync(
            session => session.RunAsync(
                PostgreSqlWarehouseSql.UpsertErasure,
                SqlValue.Text("id", erasure.Id), SqlValue.Text("numberSha256", erasure.NumberSha256), SqlValue.Date("requested", erasure.RequestedAt), SqlValue.Text("requestedBy", erasure.RequestedBy),
                SqlValue.Text("number", erasure.Number), SqlValue.Date("finished", erasure.FinishedAt), SqlValue.Text("removed", JsonSerializer.Serialize(erasure.Removed, PipelineJson.Compact)), SqlValue.Text("problem", erasure.Problem)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ErasureRecord?> FindErasureAsync(string id, CancellationToken cancellationToken = default) =>
        await _database.ListAsync(PostgreSqlWarehouseSql.FindErasure, ReadErasure, cancellationToken, SqlValue.Text("id", id)) is [ErasureRecord found] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ErasureRecord>> ReadErasuresAsync(int limit, CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ReadErasures, ReadErasure, cancellationToken, SqlValue.Whole("limit", limit));

    private static async Task<RemovedRows> RemoveAsync(PostgreSqlSession session, IReadOnlyList<string> numbers)
    {
        string[] distinct = [.. numbers.Distinct(StringComparer.Ordinal)];
        if (distinct.Length == 0)
        {
            return new RemovedRows(0, 0, 0, 0);
        }

        NpgsqlParameter named = SqlValue.Texts("numbers", distinct);
        // Before the incidents go: their sequences are not given again.
        await session.RunAsync(PostgreSqlWarehouseSql.AddRemovals, SqlValue.Texts("hashes", distinct.Select(EraseIncident.HashOf)));
        RemovedRows removed = new(
            await session.RunAsync(PostgreSqlWarehouseSql.DeleteIncidents, named),
            await session.RunAsync(PostgreSqlWarehouseSql.DeletePreprocessed, named),
            await session.RunAsync(PostgreSqlWarehouseSql.DeletePredictions, named),
            await session.RunAsync(PostgreSqlWarehouseSql.DeleteDeadLetters, named));
        await ForgetWordsAsync(session, distinct);
        await session.RunAsync(PostgreSqlWarehouseSql.ForgetRemovals);
        return removed;
    }

    private static StoredIncident ReadStored(NpgsqlDataReader reader) => new(reader.GetInt64(0), ReadIncident(reader))
    {
        Summary = PostgreSqlFormat.TextOrNull(reader, 13),
        ContentHash = PostgreSqlFormat.TextOrNull(reader, 14),
        ClusterId = PostgreSqlFormat.WholeOrNull(reader, 15),
        ClusterLabel = PostgreSqlFormat.TextOrNull(reader, 16),
        DomainName = PostgreSqlFormat.TextOrNull(reader, 17),
        Confidence = reader.IsDBNull(18) ? null : reader.GetDouble(18),
        ModelVersion = PostgreSqlFormat.TextOrNull(reader, 19),
        ProblemId = PostgreSqlFormat.WholeOrNull(reader, 20),
        ProblemLabel = PostgreSqlFormat.TextOrNull(reader, 21),
        ArrivedAt = PostgreSqlFormat.DateOrNull(reader, 22),
        Embedder = PostgreSqlFormat.TextOrNull(reader, 23),
        PredictedAt = PostgreSqlFormat.DateOrNull(reader, 24),
    };

    private static ErasureRecord ReadErasure(NpgsqlDataReader reader) => new(reader.GetString(0), reader.GetString(1), PostgreSqlFormat.Date(reader, 2), reader.GetString(3))
    {
        Number = PostgreSqlFormat.TextOrNull(reader, 4),
        FinishedAt = PostgreSqlFormat.DateOrNull(reader, 5),
        Removed = JsonSerializer.Deserialize<ErasureCounts>(reader.GetString(6), PipelineJson.Compact) ?? new ErasureCounts(),
        Problem = PostgreSqlFormat.TextOrNull(reader, 7),
    };
}
