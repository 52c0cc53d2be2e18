using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Alerts;
using Pipeline.Measures;

namespace Pipeline.Adapters.Local;

/// <content>Measures and alerts.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measures);
        return measures.Count == 0 ? Task.CompletedTask : _file.WriteAsync(
            (connection, transaction) =>
            {
                using SqliteStatement insert = new(connection, transaction, SqliteWarehouseSql.InsertMeasure, "@time", "@techCenter", "@version", "@name", "@value");
                return measures.Sum(measure => insert.Execute(SqliteFormat.Date(measure.Time), measure.TechCenter, measure.Version, measure.Name, measure.Value));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadMeasures, ["@from", "@until", "@name"], SqliteFormat.Date(from), SqliteFormat.Date(until), name),
        reader => new Measure(SqliteFormat.ParseDate(reader.GetString(0)), Text(reader, 1), Text(reader, 2), reader.GetString(3), reader.GetDouble(4)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) => (long)connection.Execute(SqliteWarehouseSql.PurgeMeasures, new { before = SqliteFormat.Date(before) }, transaction), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadLags, ["@techCenter", "@after"], techCenter, SqliteFormat.Date(arrivedAfter)),
        reader => (SqliteFormat.ParseDate(reader.GetString(1)) - SqliteFormat.ParseDate(reader.GetString(0))).TotalSeconds,
        cancellationToken);

    /// <inheritdoc/>
    public Task<Alert> RaiseAlertAsync(Alert alert, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return _file.WriteAsync(
            (connection, transaction) =>
            {
                if (connection.ExecuteScalar<string?>(SqliteWarehouseSql.FindRecentAlert, new { fingerprint = alert.Fingerprint, since = SqliteFormat.Date(since) }, transaction) is not string earlier)
                {
                    connection.Execute(SqliteWarehouseSql.InsertAlert, Columns(alert), transaction);
                    return alert;
                }

                connection.Execute(SqliteWarehouseSql.CountAlert, new { id = earlier, lastAt = SqliteFormat.Date(alert.LastAt) }, transaction);
                using SqliteStatement find = new(connection, transaction, SqliteWarehouseSql.FindAlert, "@id");
                using SqliteDataReader reader = find.Query(earlier);
                reader.Read();
                return ReadAlert(reader);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> UpdateAlertAsync(Alert alert, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return _file.WriteAsync((connection, transaction) => connection.Execute(SqliteWarehouseSql.UpdateAlert, Columns(alert), transaction) == 1, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken = default) =>
        await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.FindAlert, ["@id"], id), ReadAlert, cancellationToken) is [Alert found] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ReadAlertsAsync(int limit, bool openOnly = false, CancellationToken cancellationToken = default) =>
        _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.ReadAlerts, ["@openOnly", "@limit"], openOnly ? 1 : 0, limit), ReadAlert, cancellationToken);

    /// <inheritdoc/>
    public Task<long> PurgeAlertsAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) => (long)connection.Execute(SqliteWarehouseSql.PurgeAlerts, new { before = SqliteFormat.Date(before) }, transaction), cancellationToken);

    private static object Columns(Alert alert) => new
    {
        id = alert.Id,
        fingerprint = alert.Fingerprint,
        raisedAt = SqliteFormat.Date(alert.RaisedAt),
        lastAt = SqliteFormat.Date(alert.LastAt),
        times = alert.Count,
        revision = alert.Revision,
        isOpen = alert.IsOpen ? 1 : 0,
        record = JsonSerializer.Serialize(alert, PipelineJson.Compact),
    };

    private static Alert ReadAlert(SqliteDataReader reader) => JsonSerializer.Deserialize<Alert>(reader.GetString(0), PipelineJson.Compact)! with
    {
        LastAt = SqliteFormat.ParseDate(reader.GetString(1)),
        Count = reader.GetInt32(2),
        Revision = reader.GetInt32(3),
    };
}
