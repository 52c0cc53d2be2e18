using Pipeline.Incidents;
using Pipeline.Problems;

namespace Pipeline.Adapters.BigQuery;

/// <content>The incidents of the problems.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) => ListAsync("count-by-day", [], BigQueryRows.Day, cancellationToken);

    /// <inheritdoc/>
    public async Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        QueryParameter[] asked =
        [
            Parameter.Text("techCenter", query.TechCenter),
            Parameter.Number("ofVariant", query.OfVariant ? 1 : 0),
            Parameter.Number("problemId", query.Id),
            Parameter.Number("fromTicks", query.From is { } from ? BigQueryFormat.Ticks(from) : long.MinValue),
            Parameter.Number("untilTicks", query.Until is { } until ? BigQueryFormat.Ticks(until) : long.MaxValue),
            Parameter.Text("priority", query.Priority),
            Parameter.Text("sort", query.Sort.ToString()),
            Parameter.Number("first", query.Skip),
            Parameter.Number("last", (long)query.Skip + query.Take),
        ];
        IReadOnlyList<(long Total, StoredIncident? Incident)> rows = await ListAsync(
            "read-problem-incidents", asked, row => (BigQueryRows.Number(row, "total"), BigQueryRows.OptionalText(row, "number") is null ? null : BigQueryRows.Stored(row)), cancellationToken);
        return new IncidentPage(rows.Count == 0 ? 0 : rows[0].Total, [.. rows.Select(r => r.Incident).OfType<StoredIncident>()]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) =>
        ReadAsync("read-answered", [Parameter.Text("techCenter", techCenter)], cancellationToken).Select(BigQueryRows.Answered);
}
