using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Adapters.Local;

/// <summary>
/// The warehouse in one SQLite file: what <see cref="SqliteFile"/> promises holds. Ordinal order is that of the UTF-8 bytes.
/// Every failure of the database is a <see cref="WarehouseException"/>.
/// </summary>
/// <param name="path">The database file. The files <c>-wal</c> and <c>-shm</c> beside it belong to it while it is open.</param>
/// <param name="busyTimeout">How long to wait for another process, in whole seconds from 1; 30 seconds when null.</param>
/// <param name="clock">The time, since dates of the future do not count as the newest; the system's when null.</param>
public sealed partial class SqliteWarehouse(string path, TimeSpan? busyTimeout = null, TimeProvider? clock = null)
    : IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IIngestionLog, IRemovals, IErasures, IMeasures, IAlertLog, IProblemIncidents, IWarehouseTables, IDisposable, IAsyncDisposable
{
    private static readonly SqliteFileKind Kind = new(
        "warehouse",
        SqliteWarehouseSql.ApplicationId,
        SqliteWarehouseSql.SchemaVersion,
        SqliteWarehouseSql.CreateTables,
        "import the incidents again",
        (message, cause) => new WarehouseException(message, cause),
        AddColumns);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly SqliteFile _file = new(Kind, path, busyTimeout);

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken = default) => _file.InitializeAsync(cancellationToken);

    /// <summary>Gives a file of an earlier version the columns that it has not.</summary>
    private static void AddColumns(SqliteConnection connection, SqliteTransaction transaction)
    {
        foreach (IGrouping<string, (string Table, string Name, string Type)> table in SqliteWarehouseSql.AddedColumns.GroupBy(column => column.Table, StringComparer.Ordinal))
        {
            HashSet<string> there = [.. connection.Query<string>(SqliteWarehouseSql.ColumnsOf, new { table = table.Key }, transaction)];
            foreach ((_, string name, string type) in table.Where(column => !there.Contains(column.Name)))
            {
                connection.Execute($"ALTER TABLE {table.Key} ADD COLUMN {name} {type}", transaction: transaction);
            }
        }

        connection.Execute(SqliteWarehouseSql.IndexAddedColumns, transaction: transaction);
        MakeSearch(connection, transaction);
        if (!connection.ExecuteScalar<bool>(SqliteProblemDaysSql.IsThere, transaction: transaction))
        {
            connection.Execute(SqliteProblemDaysSql.Create, transaction: transaction, commandTimeout: 0);
        }
    }

    /// <summary>Closes the file after the write that is under way.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _loading.Dispose();
    }

    /// <summary>Closes the file after the write that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _loading.Dispose();
    }
}
