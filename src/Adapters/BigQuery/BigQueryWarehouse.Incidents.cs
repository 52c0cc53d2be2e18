using Pipeline.Incidents;

namespace Pipeline.Adapters.BigQuery;

/// <content>Source incidents and the order of their changes.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public async Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        StagedRows rows = StagedRows.Of(incidents, cancellationToken);
        if (rows.Count == 0)
        {
            return new UpsertOutcome(0, 0, 0);
        }

        IReadOnlyList<ResultRow> results = await WriteAsync(rows, BigQuerySql.Transaction("upsert-incidents"), [], cancellationToken);
        ResultRow counts = results.Single();
        int added = (int)BigQueryRows.Number(counts, "added");
        int changed = (int)BigQueryRows.Number(counts, "changed");
        return new UpsertOutcome(added, changed, rows.Count - added - changed);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            QueryParameter after = Parameter.Number("after", afterSequence);
            ResultRow? found = await FirstAsync("find-changes", [after, Parameter.Number("limit", limit)], cancellationToken);
            if (found is not null && BigQueryRows.Number(found, "unnumbered") > 0)
            {
                await WriteAsync(BigQuerySql.Transaction("number-incidents"), [], cancellationToken);
                continue;
            }

            if (found is null || BigQueryRows.Number(found, "found") == 0)
            {
                return [];
            }

            QueryParameter days = Parameter.Days("days", BigQueryRows.Days(found, "days"));
            IReadOnlyList<IncidentChange> changes = await ListAsync(
                "read-changes", [after, Parameter.Number("last", BigQueryRows.Number(found, "last_sequence")), days], BigQueryRows.Change, cancellationToken);

            // None are left of those found when all of them changed once more in between: then their new places are further on.
            if (changes.Count > 0)
            {
                return changes;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) =>
        await FirstAsync("count-changes", [Parameter.Number("after", afterSequence)], cancellationToken) is { } row ? BigQueryRows.Number(row, "waiting") : 0;
}
