using System.Text.Json;
using Pipeline.Intake;

namespace Pipeline.Adapters.BigQuery;

/// <content>The files that were taken in: the columns that are looked for, and the whole entry as JSON.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return WriteAsync(BigQuerySql.Transaction("record-ingestion"), Columns(ingestion), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        QueryParameter[] parameters = [.. Columns(ingestion), Parameter.Time("since", since)];
        IReadOnlyList<ResultRow> rows = await WriteAsync(BigQuerySql.Transaction("begin-ingestion"), parameters, cancellationToken);
        return ReadIngestion(rows.Single());
    }

    /// <inheritdoc/>
    public async Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default) =>
        await FirstAsync("find-ingestion", [Parameter.Text("id", id)], cancellationToken) is { } row ? ReadIngestion(row) : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) =>
        ListAsync("read-ingestions", [Parameter.Number("limit", limit)], ReadIngestion, cancellationToken);

    private static QueryParameter[] Columns(Ingestion ingestion) =>
    [
        Parameter.Text("id", ingestion.Id),
        Parameter.Time("startedAt", ingestion.StartedAt),
        Parameter.Text("state", ingestion.State.ToString()),
        Parameter.Text("dataset", ingestion.Dataset),
        Parameter.Text("key", ingestion.IdempotencyKey),
        Parameter.Text("objectName", ingestion.ObjectName),
        Parameter.Text("file", ingestion.File),
        Parameter.Text("sha256", ingestion.Sha256),
        Parameter.Text("reading", ingestion.Reading is null ? null : JsonSerializer.Serialize(ingestion.Reading, PipelineJson.Compact)),
        Parameter.Number("accepted", ingestion.Accepted),
        Parameter.Number("rejected", ingestion.Rejected),
        Parameter.Text("problem", ingestion.Problem),
        Parameter.Text("record", JsonSerializer.Serialize(ingestion, PipelineJson.Compact)),
    ];

    private static Ingestion ReadIngestion(ResultRow row) => JsonSerializer.Deserialize<Ingestion>(BigQueryRows.Text(row, "record"), PipelineJson.Compact)!;
}
