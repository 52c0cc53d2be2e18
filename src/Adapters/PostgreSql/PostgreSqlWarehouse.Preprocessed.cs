using Npgsql;
using Pipeline.Erasure;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Preprocessed incidents, dead letters and the watermark that moves with them.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => session.OneAsync<long>(PostgreSqlWarehouseSql.GetWatermark, SqlValue.Text("name", name)), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentHashes);
        IReadOnlyList<(string Hash, float[] Embedding)> found = contentHashes.Count == 0 ? [] : await _database.ListAsync(
            PostgreSqlWarehouseSql.FindEmbeddings,
            reader => (reader.GetString(0), PostgreSqlFormat.Numbers(reader, 1)),
            cancellationToken,
            SqlValue.Text("embedder", embedder), SqlValue.Texts("hashes", contentHashes.Distinct(StringComparer.Ordinal)));
        return found.ToDictionary(f => f.Hash, f => (ReadOnlyMemory<float>)f.Embedding, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default)
    {
        // Of two rows of a number the later one counts.
        PreprocessedIncident[] rows = [.. incidents.GroupBy(i => i.Number, StringComparer.Ordinal).Select(same => same.Last())];
        DeadLetter[] letters = [.. deadLetters.GroupBy(d => d.Number, StringComparer.Ordinal).Select(same => same.Last())];
        return _database.WriteAsync(
            async session =>
            {
                HashSet<string> changed = await ChangedAfterAsync(session, [.. rows.Select(i => i.Number), .. letters.Select(d => d.Number)], watermark);
                await StorePreprocessedAsync(session, [.. rows.Where(i => !changed.Contains(i.Number))]);
                await StoreDeadLettersAsync(session, [.. letters.Where(d => !changed.Contains(d.Number))]);
                return watermarkName is null ? 0 : await session.RunAsync(PostgreSqlWarehouseSql.SetWatermark, SqlValue.Text("name", watermarkName), SqlValue.Whole("sequence", watermark));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ListTechCenters, reader => reader.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => _database.StreamAsync(
        PostgreSqlWarehouseSql.ReadWindow, ReadPreprocessed, [SqlValue.Text("techCenter", techCenter), SqlValue.Text("embedder", embedder), SqlValue.Date("from", from), SqlValue.Date("until", until)], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(
        string techCenter, string embedder, string modelVersion, string? trialVersion, int limit, PreprocessedIncident? after = null, CancellationToken cancellationToken = default) => _database.ListAsync(
        after is null ? PostgreSqlWarehouseSql.ReadUnpredicted : after.CreatedOn is null ? PostgreSqlWarehouseSql.ReadUnpredictedWithoutDate : PostgreSqlWarehouseSql.ReadUnpredictedAfter,
        ReadPreprocessed,
        cancellationToken,
        SqlValue.Text("techCenter", techCenter), SqlValue.Text("embedder", embedder), SqlValue.Text("modelVersion", modelVersion), SqlValue.Text("trialVersion", trialVersion ?? modelVersion),
        SqlValue.Whole("limit", limit), SqlValue.Date("afterDate", after?.CreatedOn), SqlValue.Text("afterNumber", after?.Number));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ReadDeadLetters, reader => new DeadLetter(reader.GetString(0), reader.GetString(1), reader.GetString(2)), cancellationToken);

    private static async Task<HashSet<string>> ChangedAfterAsync(PostgreSqlSession session, string[] numbers, long sequence) => numbers.Length == 0 ? [] :
        [.. await session.ListAsync(
            PostgreSqlWarehouseSql.ChangedAfter, reader => reader.GetString(0), SqlValue.Texts("numbers", numbers), SqlValue.Texts("hashes", numbers.Select(EraseIncident.HashOf)), SqlValue.Whole("after", sequence))];

    private static async Task StorePreprocessedAsync(PostgreSqlSession session, PreprocessedIncident[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        NpgsqlParameter number = SqlValue.Texts("number", rows.Select(i => i.Number));
        NpgsqlParameter created = SqlValue.Dates("created", rows.Select(i => i.CreatedOn));
        NpgsqlParameter techCenter = SqlValue.Texts("techCenter", rows.Select(i => i.TechCenter));
        NpgsqlParameter embedder = SqlValue.Texts("embedder", rows.Select(i => i.Embedder));
        NpgsqlParameter summary = SqlValue.Texts("summary", rows.Select(i => i.Summary));
        NpgsqlParameter[] all =
        [
            number, created, techCenter, embedder, summary,
            SqlValue.Texts("contentHash", rows.Select(i => i.ContentHash)),
            SqlValue.Bytes("embedding", rows.Select(i => PostgreSqlFormat.Embedding(i.Embedding.Span))),
        ];
        HashSet<string> reworded = [.. await session.ListAsync(PostgreSqlWarehouseSql.FindReworded, reader => reader.GetString(0), number, created, techCenter, embedder, summary)];
        await session.RunAsync(PostgreSqlWarehouseSql.ChangePreprocessed, all);
        await session.RunAsync(PostgreSqlWarehouseSql.AddPreprocessed, all);
        await session.RunAsync(PostgreSqlWarehouseSql.DeletePredictionsOfOtherCenters, number, techCenter);
        await session.RunAsync(PostgreSqlWarehouseSql.DeleteDeadLetters, SqlValue.Texts("numbers", rows.Select(i => i.Number)));
        await ForgetWordsAsync(session, reworded);
        await AddWordsAsync(session, [.. rows.Where(i => reworded.Contains(i.Number)).Select(i => (i.Number, i.Summary))]);
    }

    private static async Task StoreDeadLettersAsync(PostgreSqlSession session, DeadLetter[] letters)
    {
        if (letters.Length == 0)
        {
            return;
        }

        string[] numbers = [.. letters.Select(letter => letter.Number)];
        await session.RunAsync(
            PostgreSqlWarehouseSql.UpsertDeadLetters, SqlValue.Texts("number", numbers), SqlValue.Texts("stage", letters.Select(letter => letter.Stage)), SqlValue.Texts("reason", letters.Select(letter => letter.Reason)));
        await session.RunAsync(PostgreSqlWarehouseSql.DeletePreprocessed, SqlValue.Texts("numbers", numbers));
        await session.RunAsync(PostgreSqlWarehouseSql.DeletePredictions, SqlValue.Texts("numbers", numbers));
        await ForgetWordsAsync(session, numbers);
    }

    private static PreprocessedIncident ReadPreprocessed(NpgsqlDataReader reader) => new()
    {
        Number = reader.GetString(0),
        CreatedOn = PostgreSqlFormat.DateOrNull(reader, 1),
        TechCenter = reader.GetString(2),
        ContentHash = reader.GetString(3),
        Embedder = reader.GetString(4),
        Summary = reader.GetString(5),
        Embedding = PostgreSqlFormat.Numbers(reader, 6),
    };
}
