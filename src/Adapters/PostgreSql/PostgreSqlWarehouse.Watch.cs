using System.Text.Json;
using Npgsql;
using Pipeline.Alerts;
using Pipeline.Measures;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Measures and alerts.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measures);
        return measures.Count == 0 ? Task.CompletedTask : _database.WriteAsync(
            session => session.RunAsync(
                PostgreSqlWarehouseSql.InsertMeasures,
                SqlValue.Dates("time", measures.Select(m => (DateTimeOffset?)m.Time)), SqlValue.Texts("techCenter", measures.Select(m => m.TechCenter)), SqlValue.Texts("version", measures.Select(m => m.Version)),
                SqlValue.Texts("name", measures.Select(m => m.Name)), SqlValue.Reals("value", measures.Select(m => (double?)m.Value))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, CancellationToken cancellationToken = default) => _database.StreamAsync(
        PostgreSqlWarehouseSql.ReadMeasures,
        reader => new Measure(PostgreSqlFormat.Date(reader, 0), PostgreSqlFormat.TextOrNull(reader, 1), PostgreSqlFormat.TextOrNull(reader, 2), reader.GetString(3), reader.GetDouble(4)),
        [SqlValue.Date("from", from), SqlValue.Date("until", until), SqlValue.Text("name", name)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(async session => (long)await session.RunAsync(PostgreSqlWarehouseSql.PurgeMeasures, SqlValue.Date("before", before)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ReadLags, reader => reader.GetDouble(0), cancellationToken, SqlValue.Text("techCenter", techCenter), SqlValue.Date("after", arrivedAfter));

    /// <inheritdoc/>
    public Task<Alert> RaiseAlertAsync(Alert alert, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return _database.WriteAsync(
            async session =>
            {
                if (await session.OneAsync<string>(PostgreSqlWarehouseSql.FindRecentAlert, SqlValue.Text("fingerprint", alert.Fingerprint), SqlValue.Date("since", since)) is not string earlier)
                {
                    await session.RunAsync(PostgreSqlWarehouseSql.InsertAlert, Columns(alert));
                    return alert;
                }

                await session.RunAsync(PostgreSqlWarehouseSql.CountAlert, SqlValue.Text("id", earlier), SqlValue.Date("last", alert.LastAt));
                return (await session.ListAsync(PostgreSqlWarehouseSql.FindAlert, ReadAlert, SqlValue.Text("id", earlier)))[0];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> UpdateAlertAsync(Alert alert, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return _database.WriteAsync(async session => await session.RunAsync(PostgreSqlWarehouseSql.UpdateAlert, Columns(alert)) == 1, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken = default) =>
        await _database.ListAsync(PostgreSqlWarehouseSql.FindAlert, ReadAlert, cancellationToken, SqlValue.Text("id", id)) is [Alert found] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ReadAlertsAsync(int limit, bool openOnly = false, CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ReadAlerts, ReadAlert, cancellationToken, SqlValue.Flag("openOnly", openOnly), SqlValue.Whole("limit", limit));

    /// <inheritdoc/>
    public Task<long> PurgeAlertsAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(async session => (long)await session.RunAsync(PostgreSqlWarehouseSql.PurgeAlerts, SqlValue.Date("before", before)), cancellationToken);

    private static NpgsqlParameter[] Columns(Alert alert) =>
    [
        SqlValue.Text("id", alert.Id), SqlValue.Text("fingerprint", alert.Fingerprint), SqlValue.Date("raised", alert.RaisedAt), SqlValue.Date("last", alert.LastAt),
        SqlValue.Whole("times", alert.Count), SqlValue.Whole("revision", alert.Revision), SqlValue.Whole("isOpen", alert.IsOpen ? 1 : 0),
        SqlValue.Text("record", JsonSerializer.Serialize(alert, PipelineJson.Compact)),
    ];

    private static Alert ReadAlert(NpgsqlDataReader reader) => JsonSerializer.Deserialize<Alert>(reader.GetString(0), PipelineJson.Compact)! with
    {
        LastAt = PostgreSqlFormat.Date(reader, 1),
        Count = reader.GetInt32(2),
        Revision = reader.GetInt32(3),
    };
}
