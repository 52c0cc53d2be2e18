using System.Text.Json;
using Pipeline.Alerts;
using Pipeline.Measures;

namespace Pipeline.Adapters.BigQuery;

/// <content>Measures and alerts.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public async Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measures);
        StagedRows rows = StagedRows.Of(measures, cancellationToken);
        if (rows.Count > 0)
        {
            await WriteAsync(rows, BigQuerySql.Transaction("save-measures"), [], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, CancellationToken cancellationToken = default) =>
        ReadAsync("read-measures", [Parameter.Time("from", from), Parameter.Time("until", until), Parameter.Text("measure", name)], cancellationToken).Select(ReadMeasure);

    /// <inheritdoc/>
    public async Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        BigQueryRows.Number((await WriteAsync(BigQuerySql.Transaction("purge-measures"), [Parameter.Time("before", before)], cancellationToken)).Single(), "purged");

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default) =>
        ListAsync("read-lags", [Parameter.Text("techCenter", techCenter), Parameter.Time("arrivedAfter", arrivedAfter)], row => BigQueryRows.Number(row, "microseconds") / 1e6, cancellationToken);

    /// <inheritdoc/>
    public async Task<Alert> RaiseAlertAsync(Alert alert, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        QueryParameter[] parameters =
        [
            Parameter.Text("id", alert.Id),
            Parameter.Text("fingerprint", alert.Fingerprint),
            Parameter.Time("raisedAt", alert.RaisedAt),
            Parameter.Time("lastAt", alert.LastAt),
            Parameter.Time("since", since),
            .. Columns(alert),
        ];
        return ReadAlert((await WriteAsync(BigQuerySql.Transaction("raise-alert"), parameters, cancellationToken)).Single());
    }

    /// <inheritdoc/>
    public async Task<bool> UpdateAlertAsync(Alert alert, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        QueryParameter[] parameters = [Parameter.Text("id", alert.Id), Parameter.Number("revision", alert.Revision), .. Columns(alert)];
        return BigQueryRows.Number((await WriteAsync(BigQuerySql.Transaction("update-alert"), parameters, cancellationToken)).Single(), "found") == 1;
    }

    /// <inheritdoc/>
    public async Task<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken = default) =>
        await FirstAsync("find-alert", [Parameter.Text("id", id)], cancellationToken) is { } row ? ReadAlert(row) : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ReadAlertsAsync(int limit, bool openOnly = false, CancellationToken cancellationToken = default) =>
        ListAsync("read-alerts", [Parameter.Number("limit", limit), Parameter.Number("openOnly", openOnly ? 1 : 0)], ReadAlert, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> PurgeAlertsAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        BigQueryRows.Number((await WriteAsync(BigQuerySql.Transaction("purge-alerts"), [Parameter.Time("before", before)], cancellationToken)).Single(), "purged");

    private static QueryParameter[] Columns(Alert alert) =>
        [Parameter.Number("isOpen", alert.IsOpen ? 1 : 0), Parameter.Text("record", JsonSerializer.Serialize(alert, PipelineJson.Compact))];

    private static Alert ReadAlert(ResultRow row) => JsonSerializer.Deserialize<Alert>(BigQueryRows.Text(row, "record"), PipelineJson.Compact)! with
    {
        LastAt = BigQueryRows.Time(row, "last_at"),
        Count = (int)BigQueryRows.Number(row, "times"),
        Revision = (int)BigQueryRows.Number(row, "revision"),
    };

    private static Measure ReadMeasure(ResultRow row) => new(
        BigQueryRows.Time(row, "time"), BigQueryRows.OptionalText(row, "center"), BigQueryRows.OptionalText(row, "model_version"), BigQueryRows.Text(row, "measure"), row.Fraction("amount")!.Value);
}
