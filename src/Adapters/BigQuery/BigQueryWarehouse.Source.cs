using Pipeline.Intake;

namespace Pipeline.Adapters.BigQuery;

/// <content>What is new in the user's own table.</content>
public sealed partial class BigQueryWarehouse
{
    /// <summary>A feed of the user's own table, which lies where this warehouse can read it.</summary>
    /// <param name="source">The table.</param>
    /// <param name="stores">Where the watermark is read, and ingestions are recorded.</param>
    /// <exception cref="SettingException">A name is missing or cannot be one.</exception>
    public IIncidentFeed FeedOf(BigQuerySource source, FeedStores stores)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.Validate();
        return new BigQueryFeed(source, stores, PullSourceAsync);
    }

    private async Task<SourceCounts> PullSourceAsync(SourceQuestion question, CancellationToken cancellationToken)
    {
        QueryParameter[] parameters =
        [
            Parameter.Time("since", question.Since),
            Parameter.Time("latest", question.Latest),
            Parameter.Text("name", question.WatermarkName),
        ];
        ResultRow row = (await WriteAsync(question.Script, parameters, cancellationToken)).Single();
        Dictionary<RejectKind, long> reasons = new()
        {
            [RejectKind.Malformed] = BigQueryRows.Number(row, "malformed"),
            [RejectKind.TooLong] = BigQueryRows.Number(row, "too_long"),
            [RejectKind.InvalidDate] = BigQueryRows.Number(row, "invalid_date"),
            [RejectKind.EmptyText] = BigQueryRows.Number(row, "empty_text"),
            [RejectKind.Superseded] = BigQueryRows.Number(row, "superseded"),
        };
        return new SourceCounts(
            (int)BigQueryRows.Number(row, "pulled"),
            reasons.Where(reason => reason.Value > 0).ToDictionary(reason => reason.Key, reason => (int)reason.Value),
            (int)BigQueryRows.Number(row, "added"),
            (int)BigQueryRows.Number(row, "changed"),
            BigQueryRows.OptionalNumber(row, "reached_ticks"));
    }
}
