using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Training;

namespace Pipeline.Adapters.Local;

/// <content>The journal of training runs, and settings.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            var key = new { year, quarter, request };
            long runId = connection.ExecuteScalar<long?>(SqliteWarehouseSql.FindOpenTrainingRun, key, transaction)
                ?? connection.ExecuteScalar<long>(SqliteWarehouseSql.InsertTrainingRun, key, transaction);
            Dictionary<string, string> finished = connection
                .Query<(string TechCenter, string Outcome)>(SqliteWarehouseSql.ReadFinishedCenters, new { runId }, transaction)
                .ToDictionary(row => row.TechCenter, row => row.Outcome, StringComparer.Ordinal);
            return new TrainingRun(runId, year, quarter, request, finished);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            RequireRun(connection, transaction, runId);
            return connection.Execute(SqliteWarehouseSql.FinishTrainingCenter, new { runId, techCenter, outcome = outcomeJson }, transaction);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            RequireRun(connection, transaction, runId);
            return connection.Execute(SqliteWarehouseSql.CloseTrainingRun, new { runId }, transaction);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) =>
        _file.WriteAsync((connection, transaction) => connection.Execute(SqliteWarehouseSql.SetSetting, new { name, value }, transaction), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(connection => connection.ExecuteScalar<string?>(SqliteWarehouseSql.GetSetting, new { name }), cancellationToken);

    private static void RequireRun(SqliteConnection connection, SqliteTransaction transaction, long runId)
    {
        if (connection.ExecuteScalar<long>(SqliteWarehouseSql.TrainingRunExists, new { runId }, transaction) == 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no training run {runId}."), nameof(runId));
        }
    }
}
