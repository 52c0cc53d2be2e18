using System.Globalization;
using Npgsql;
using Pipeline.Training;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The journal of training runs, and settings.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default) => _database.WriteAsync(
        async session =>
        {
            NpgsqlParameter[] key = [SqlValue.Whole("year", year), SqlValue.Whole("quarter", quarter), SqlValue.Text("request", request)];
            long runId = await session.OneAsync<long>(PostgreSqlWarehouseSql.FindOpenTrainingRun, key) is > 0 and long open ? open : await session.OneAsync<long>(PostgreSqlWarehouseSql.InsertTrainingRun, key);
            Dictionary<string, string> finished = (await session.ListAsync(PostgreSqlWarehouseSql.ReadFinishedCenters, reader => (Center: reader.GetString(0), Outcome: reader.GetString(1)), SqlValue.Whole("runId", runId)))
                .ToDictionary(row => row.Center, row => row.Outcome, StringComparer.Ordinal);
            return new TrainingRun(runId, year, quarter, request, finished);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default) => _database.WriteAsync(
        async session =>
        {
            await RequireRunAsync(session, runId);
            return await session.RunAsync(PostgreSqlWarehouseSql.FinishTrainingCenter, SqlValue.Whole("runId", runId), SqlValue.Text("techCenter", techCenter), SqlValue.Text("outcome", outcomeJson));
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no run of this id.</exception>
    public Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default) => _database.WriteAsync(
        async session =>
        {
            await RequireRunAsync(session, runId);
            return await session.RunAsync(PostgreSqlWarehouseSql.CloseTrainingRun, SqlValue.Whole("runId", runId));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(session => session.RunAsync(PostgreSqlWarehouseSql.SetSetting, SqlValue.Text("name", name), SqlValue.Text("value", value)), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => session.OneAsync<string>(PostgreSqlWarehouseSql.GetSetting, SqlValue.Text("name", name)), cancellationToken);

    private static async Task RequireRunAsync(PostgreSqlSession session, long runId)
    {
        if (!await session.OneAsync<bool>(PostgreSqlWarehouseSql.TrainingRunExists, SqlValue.Whole("runId", runId)))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no training run {runId}."), nameof(runId));
        }
    }
}
