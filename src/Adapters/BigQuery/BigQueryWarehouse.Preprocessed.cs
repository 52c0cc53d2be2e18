using Pipeline.Preprocessing;

namespace Pipeline.Adapters.BigQuery;

/// <content>Preprocessed incidents, dead letters and the watermark that moves with them.</content>
public sealed partial class BigQueryWarehouse
{
    private const int HashesAtOnce = 5000;

    /// <inheritdoc/>
    public async Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) =>
        await FirstAsync("get-watermark", [Parameter.Text("name", name)], cancellationToken) is { } row ? BigQueryRows.OptionalNumber(row, "sequence") ?? 0 : 0;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default)
    {
        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(StringComparer.Ordinal);
        foreach (string[] hashes in contentHashes.Distinct(StringComparer.Ordinal).Chunk(HashesAtOnce))
        {
            QueryParameter[] asked = [Parameter.Text("embedder", embedder), Parameter.Texts("contentHashes", hashes)];
            ResultRow? found = await FirstAsync("find-embeddings", asked, cancellationToken);
            if (found is null || BigQueryRows.Number(found, "found") == 0)
            {
                continue;
            }

            QueryParameter days = Parameter.Days("days", BigQueryRows.Days(found, "days"));
            await foreach (ResultRow row in ReadAsync("read-embeddings", [.. asked, days], cancellationToken))
            {
                embeddings[BigQueryRows.Text(row, "content_hash")] = BigQueryRows.Embedding(row, "embedding_bytes");
            }
        }

        return embeddings;
    }

    /// <inheritdoc/>
    public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        ArgumentNullException.ThrowIfNull(deadLetters);
        StagedRows rows = StagedRows.Of(incidents, deadLetters, cancellationToken);
        QueryParameter reached = Parameter.Number("watermark", watermark);
        if (watermarkName is null)
        {
            return rows.Count == 0 ? Task.CompletedTask : WriteAsync(rows, BigQuerySql.Transaction("save-preprocessed"), [reached], cancellationToken);
        }

        QueryParameter[] mark = [Parameter.Text("watermarkName", watermarkName), reached];
        return rows.Count == 0
            ? WriteAsync(BigQuerySql.Transaction("set-watermark"), mark, cancellationToken)
            : WriteAsync(rows, BigQuerySql.Transaction("save-preprocessed", "set-watermark"), mark, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) =>
        ListAsync("list-tech-centers", [], row => BigQueryRows.Text(row, "tech_center"), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        QueryParameter[] window =
        [
            Parameter.Text("techCenter", techCenter),
            Parameter.Text("embedder", embedder),
            Parameter.Number("fromTicks", BigQueryFormat.Ticks(from)),
            Parameter.Number("untilTicks", BigQueryFormat.Ticks(until)),
            .. Parameter.Span(from, until > from ? until.AddTicks(-1) : from),
        ];
        return ReadAsync("read-window", window, cancellationToken).Select(BigQueryRows.Preprocessed);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(
        string techCenter, string embedder, string modelVersion, string? trialVersion, int limit, PreprocessedIncident? after = null, CancellationToken cancellationToken = default)
    {
        QueryParameter[] asked = [Parameter.Text("techCenter", techCenter), Parameter.Text("embedder", embedder)];
        IReadOnlyList<(string Number, string? Day)> found = await ListAsync(
            "find-unpredicted",
            [.. asked, Parameter.Text("modelVersion", modelVersion), Parameter.Text("trialVersion", trialVersion ?? modelVersion), Parameter.Number("limit", limit)],
            row => (BigQueryRows.Text(row, "number"), row.Cell("day")),
            cancellationToken);
        if (found.Count == 0)
        {
            return [];
        }

        QueryParameter[] rows = [.. asked, Parameter.Texts("numbers", found.Select(incident => incident.Number)), Parameter.Days("days", found.Select(incident => incident.Day).OfType<string>().Distinct(StringComparer.Ordinal).Select(BigQueryFormat.Time))];
        return await ListAsync("read-unpredicted", rows, BigQueryRows.Preprocessed, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) => ListAsync(
        "read-dead-letters", [], row => new DeadLetter(BigQueryRows.Text(row, "number"), BigQueryRows.Text(row, "stage"), BigQueryRows.Text(row, "reason")), cancellationToken);
}
