using System.Globalization;
using Pipeline.Training;

namespace Pipeline.Adapters.BigQuery;

/// <content>The journal of training runs, and settings.</content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    public async Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default)
    {
        QueryParameter[] asked = [Parameter.Number("year", year), Parameter.Number("quarter", quarter), Parameter.Text("request", request)];
        IReadOnlyList<ResultRow> rows = await WriteAsync(BigQuerySql.Transaction("open-training-run"), asked, cancellationToken);
        long id = 0;
        Dictionary<string, string> finished = new(StringComparer.Ordinal);
        foreach (ResultRow row in rows)
        {
            id = BigQueryRows.Number(row, "id");
            if (BigQueryRows.OptionalText(row, "tech_center") is { } techCenter)
            {
                finished[techCenter] = BigQueryRows.Text(row, "outcome");
            }
        }

        return new TrainingRun(id, year, quarter, request, finished);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public async Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default)
    {
        QueryParameter[] outcome = [Parameter.Number("runId", runId), Parameter.Text("techCenter", techCenter), Parameter.Text("outcome", outcomeJson)];
        RequireRun(await WriteAsync(BigQuerySql.Transaction("finish-training-center"), outcome, cancellationToken), runId);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public async Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default) =>
        RequireRun(await WriteAsync(BigQuerySql.Transaction("close-training-run"), [Parameter.Number("runId", runId)], cancellationToken), runId);

    /// <inheritdoc/>
    public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) =>
        WriteAsync(BigQuerySql.Transaction("set-setting"), Setting(name, value), cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        await FirstAsync("get-setting", [Parameter.Text("name", name)], cancellationToken) is { } row ? BigQueryRows.Text(row, "value") : null;

    private static QueryParameter[] Setting(string name, string value) => [Parameter.Text("name", name), Parameter.Text("value", value)];

    private static void RequireRun(IReadOnlyList<ResultRow> rows, long runId)
    {
        if (BigQueryRows.Number(rows.Single(), "runs") == 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no training run {runId}."), nameof(runId));
        }
    }
}
