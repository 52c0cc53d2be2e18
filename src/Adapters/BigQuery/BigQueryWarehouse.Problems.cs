using System.Runtime.CompilerServices;
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
        List<(long Total, StoredIncident? Incident)> rows = await FindAsync(query, cancellationToken).Select(row => (BigQueryRows.Number(row, "total"), Found(row))).ToListAsync(cancellationToken);
        return new IncidentPage(rows.Count == 0 ? 0 : rows[0].Total, [.. rows.Select(r => r.Incident).OfType<StoredIncident>()]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) =>
        ReadAsync("read-answered", [Parameter.Text("techCenter", techCenter)], cancellationToken).Select(BigQueryRows.Answered);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredIncident> StreamIncidentsAsync(IncidentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await foreach (ResultRow row in FindAsync(query, cancellationToken))
        {
            if (Found(row) is StoredIncident incident)
            {
                yield return incident;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ProblemValues> CountValuesAsync(string techCenter, int problemId, CancellationToken cancellationToken = default)
    {
        QueryParameter[] asked =
        [
            Parameter.Text("techCenter", techCenter),
            Parameter.Number("problemId", problemId),
            Parameter.Number("most", ProblemValues.MostRead),
            Parameter.Number("mostValues", ProblemValues.MostValues),
        ];
        IReadOnlyList<(int Place, ValueCount Count)> rows = await ListAsync("count-values", asked, row => ((int)BigQueryRows.Number(row, "place"), BigQueryRows.Value(row)), cancellationToken);
        ValueCount all = rows.Single(row => row.Place < 0).Count;
        return new ProblemValues(all.Incidents, all.OfProblem, [.. rows.Where(row => row.Place >= 0).Select(row => row.Count)]);
    }

    private IAsyncEnumerable<ResultRow> FindAsync(IncidentQuery query, CancellationToken cancellationToken) => query.Id is null
        ? ReadAsync("read-all-incidents", Asked(query), cancellationToken)
        : ReadAsync("read-problem-incidents", Asked(query), cancellationToken);

    private static StoredIncident? Found(ResultRow row) => BigQueryRows.OptionalText(row, "number") is null ? null : BigQueryRows.Stored(row);

    private static QueryParameter[] Asked(IncidentQuery query) =>
    [
        Parameter.Text("techCenter", query.TechCenter),
        .. query.Id is int id ? [Parameter.Number("ofVariant", query.OfVariant ? 1 : 0), Parameter.Number("problemId", id)] : Array.Empty<QueryParameter>(),
        Parameter.Number("fromTicks", query.From is { } from ? BigQueryFormat.Ticks(from) : long.MinValue),
        Parameter.Number("untilTicks", query.Until is { } until ? BigQueryFormat.Ticks(until) : long.MaxValue),
        Parameter.Text("priority", query.Priority),
        Parameter.Text("text", query.Text),
        Parameter.Number("hasCloseNotes", query.HasCloseNotes ? 1 : 0),
        Parameter.Text("sort", query.Sort.ToString()),
        Parameter.Number("first", query.Skip),
        Parameter.Number("last", (long)query.Skip + query.Take),
    ];
}
