using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Erasure;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.Local;

/// <content>Preprocessed incidents, dead letters and the watermark that moves with them.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(connection => connection.ExecuteScalar<long?>(SqliteWarehouseSql.GetWatermark, new { name }) ?? 0, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default) =>
        _file.ReadAsync<IReadOnlyDictionary<string, ReadOnlyMemory<float>>>(
            connection =>
            {
                var found = new Dictionary<string, ReadOnlyMemory<float>>(StringComparer.Ordinal);
                using var find = new SqliteStatement(connection, null, SqliteWarehouseSql.FindEmbedding, "@contentHash", "@embedder");
                foreach (string contentHash in contentHashes)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using SqliteDataReader reader = find.Query(contentHash, embedder);
                    if (reader.Read())
                    {
                        found[contentHash] = _file.Row(reader, row => SqliteFormat.ReadEmbedding(row, 0));
                    }
                }

                return found;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            HashSet<string> changed = ChangedAfter(connection, transaction, [.. incidents.Select(i => i.Number), .. deadLetters.Select(d => d.Number)], watermark);
            StorePreprocessed(connection, transaction, incidents.Where(i => !changed.Contains(i.Number)), cancellationToken);
            StoreDeadLetters(connection, transaction, deadLetters.Where(d => !changed.Contains(d.Number)), cancellationToken);
            return watermarkName is null ? 0 : connection.Execute(SqliteWarehouseSql.SetWatermark, new { name = watermarkName, sequence = watermark }, transaction);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) =>
        _file.ReadAsync<IReadOnlyList<string>>(connection => connection.Query<string>(SqliteWarehouseSql.ListTechCenters).AsList(), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadWindow, ["@techCenter", "@embedder", "@from", "@until"], techCenter, embedder, SqliteFormat.Date(from), SqliteFormat.Date(until)), ReadPreprocessed, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(
        string techCenter, string embedder, string modelVersion, string? trialVersion, int limit, PreprocessedIncident? after = null, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(
            after is null ? SqliteWarehouseSql.ReadUnpredicted : after.CreatedOn is null ? SqliteWarehouseSql.ReadUnpredictedWithoutDate : SqliteWarehouseSql.ReadUnpredictedAfter,
            ["@techCenter", "@embedder", "@modelVersion", "@trialVersion", "@limit", "@afterDate", "@afterNumber"],
            techCenter, embedder, modelVersion, trialVersion ?? modelVersion, limit, SqliteFormat.Date(after?.CreatedOn), after?.Number),
        ReadPreprocessed,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) =>
        _file.ReadAsync<IReadOnlyList<DeadLetter>>(connection => connection.Query<DeadLetter>(SqliteWarehouseSql.ReadDeadLetters).AsList(), cancellationToken);

    private static HashSet<string> ChangedAfter(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<string> numbers, long sequence)
    {
        using var find = new SqliteStatement(connection, transaction, SqliteWarehouseSql.HasChangedAfter, "@number", "@after", "@numberHash");
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string number in numbers)
        {
            using SqliteDataReader reader = find.Query(number, sequence, EraseIncident.HashOf(number));
            if (reader.Read())
            {
                changed.Add(number);
            }
        }

        return changed;
    }

    private static void StorePreprocessed(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<PreprocessedIncident> incidents, CancellationToken cancellationToken)
    {
        using var upsert = new SqliteStatement(connection, transaction, SqliteWarehouseSql.UpsertPreprocessed, "@number", "@createdOn", "@techCenter", "@contentHash", "@embedder", "@summary", "@embedding");
        using var forgetMoved = new SqliteStatement(connection, transaction, SqliteWarehouseSql.DeletePredictionOfOtherCenter, "@number", "@techCenter");
        using var revive = new SqliteStatement(connection, transaction, SqliteWarehouseSql.DeleteDeadLetter, "@number");
        foreach (PreprocessedIncident incident in incidents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            upsert.Execute(
                incident.Number, SqliteFormat.Date(incident.CreatedOn), incident.TechCenter, incident.ContentHash, incident.Embedder, incident.Summary, SqliteFormat.Embedding(incident.Embedding.Span));
            forgetMoved.Execute(incident.Number, incident.TechCenter);
            revive.Execute(incident.Number);
        }
    }

    private static void StoreDeadLetters(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        using var upsert = new SqliteStatement(connection, transaction, SqliteWarehouseSql.UpsertDeadLetter, "@number", "@stage", "@reason");
        using var deletePreprocessed = new SqliteStatement(connection, transaction, SqliteWarehouseSql.DeletePreprocessed, "@number");
        using var deletePrediction = new SqliteStatement(connection, transaction, SqliteWarehouseSql.DeletePrediction, "@number");
        foreach (DeadLetter letter in deadLetters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            upsert.Execute(letter.Number, letter.Stage, letter.Reason);
            deletePreprocessed.Execute(letter.Number);
            deletePrediction.Execute(letter.Number);
        }
    }

    private static PreprocessedIncident ReadPreprocessed(SqliteDataReader reader) => new()
    {
        Number = reader.GetString(0),
        CreatedOn = SqliteFormat.ReadDate(reader, 1),
        TechCenter = reader.GetString(2),
        ContentHash = reader.GetString(3),
        Embedder = reader.GetString(4),
        Summary = reader.GetString(5),
        Embedding = SqliteFormat.ReadEmbedding(reader, 6),
    };
}
