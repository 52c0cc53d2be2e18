using Pipeline.Classification;
using Pipeline.Incidents;

namespace Pipeline.Adapters.BigQuery;

/// <content>Predictions, and the counts over all tables.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public async Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        StagedRows rows = StagedRows.Of(predictions, cancellationToken);
        if (rows.Count > 0)
        {
            await WriteAsync(rows, BigQuerySql.Transaction("save-predictions"), [], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default) =>
        ReadAsync("read-predicted", [Parameter.Text("techCenter", techCenter)], cancellationToken).Select(BigQueryRows.Predicted);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default) =>
        ListAsync("read-statistics", [], BigQueryRows.Statistics, cancellationToken);
}
