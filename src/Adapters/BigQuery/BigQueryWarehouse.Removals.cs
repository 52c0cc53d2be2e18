using System.Globalization;
using System.Text.Json;
using Pipeline.Erasure;
using Pipeline.Incidents;

namespace Pipeline.Adapters.BigQuery;

/// <content>Incidents that leave the warehouse, and the record of those that were erased. BigQuery itself keeps what was deleted for its days of time travel and fail-safe.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public async Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) =>
        await FirstAsync("find-oldest", Opened(from, until), cancellationToken) is { } row ? BigQueryFormat.Date(BigQueryRows.OptionalNumber(row, "oldest_incident")) : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("read-opened", [.. Opened(from, until), Parameter.Text("afterNumber", afterNumber ?? ""), Parameter.Number("limit", limit)], BigQueryRows.Stored, cancellationToken);

    /// <inheritdoc/>
    public async Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default) =>
        await FirstAsync("find-incident", [Parameter.Text("number", number)], cancellationToken) is { } row ? BigQueryRows.Stored(row) : null;

    /// <inheritdoc/>
    public async Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default) =>
        await FirstAsync("count-others-of-text", [Parameter.Text("contentHash", contentHash), Parameter.Text("number", number)], cancellationToken) is { } row ? BigQueryRows.Number(row, "others") : 0;

    /// <inheritdoc/>
    public Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        return incidents.Count == 0
            ? Task.FromResult(new RemovedRows(0, 0, 0, 0))
            : RemoveAsync(incidents.Select(incident => string.Create(CultureInfo.InvariantCulture, $"{incident.Sequence}:{incident.Number}")), [], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default) => RemoveAsync([], [number], cancellationToken);

    /// <inheritdoc/>
    public Task RecordErasureAsync(ErasureRecord erasure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        QueryParameter[] columns =
        [
            Parameter.Text("id", erasure.Id),
            Parameter.Text("numberSha256", erasure.NumberSha256),
            Parameter.Time("requestedAt", erasure.RequestedAt),
            Parameter.Text("requestedBy", erasure.RequestedBy),
            Parameter.Time("finishedAt", erasure.FinishedAt),
            Parameter.Text("record", JsonSerializer.Serialize(erasure, PipelineJson.Compact)),
        ];
        return WriteAsync(BigQuerySql.Transaction("record-erasure"), columns, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ErasureRecord?> FindErasureAsync(string id, CancellationToken cancellationToken = default) =>
        await FirstAsync("find-erasure", [Parameter.Text("id", id)], cancellationToken) is { } row ? ReadErasure(row) : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ErasureRecord>> ReadErasuresAsync(int limit, CancellationToken cancellationToken = default) =>
        ListAsync("read-erasures", [Parameter.Number("limit", limit)], ReadErasure, cancellationToken);

    private async Task<RemovedRows> RemoveAsync(IEnumerable<string> versions, IEnumerable<string> numbers, CancellationToken cancellationToken)
    {
        IReadOnlyList<ResultRow> results = await WriteAsync(BigQuerySql.Transaction("remove-incidents"), [Parameter.Texts("versions", versions), Parameter.Texts("numbers", numbers)], cancellationToken);
        ResultRow counts = results.Single();
        return new RemovedRows((int)BigQueryRows.Number(counts, "incidents"), (int)BigQueryRows.Number(counts, "preprocessed"), (int)BigQueryRows.Number(counts, "predicted"), (int)BigQueryRows.Number(counts, "kept_aside"));
    }

    private static QueryParameter[] Opened(DateTimeOffset from, DateTimeOffset until) =>
    [
        Parameter.Number("fromTicks", BigQueryFormat.Ticks(from)),
        Parameter.Number("untilTicks", BigQueryFormat.Ticks(until)),
        .. Parameter.Span(from, until > from ? until.AddTicks(-1) : from),
    ];

    private static ErasureRecord ReadErasure(ResultRow row) => JsonSerializer.Deserialize<ErasureRecord>(BigQueryRows.Text(row, "record"), PipelineJson.Compact)!;
}
