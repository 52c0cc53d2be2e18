using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>
/// The warehouse in a PostgreSQL database, 13 or newer, which several processes may use at once. A write is acknowledged when it is on the server's disk; readers never wait for writers, and writers wait
/// for each other. Ordinal order is that of the UTF-8 bytes. A text comes back as it was, but for the character 0 and halves of a character, which PostgreSQL cannot hold: U+FFFD stands in.
/// Every failure of the database is a <see cref="WarehouseException"/>.
/// </summary>
public sealed partial class PostgreSqlWarehouse
    : IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IIngestionLog, IRemovals, IErasures, IMeasures, IAlertLog, IProblemIncidents, ISearchIndex, IWarehouseTables, IWriterLease, IDisposable, IAsyncDisposable
{
    private readonly PostgreSqlOptions _options;
    private readonly TimeProvider _clock;
    private readonly PostgreSqlDatabase _database;

    /// <summary>Names the database; nothing is connected yet.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="password">The password, asked for before each new connection; null or empty leaves it to the connection string.</param>
    /// <param name="clock">The time, since dates of the future do not count as the newest; the system's when null.</param>
    /// <exception cref="SettingException">An option is missing or wrong.</exception>
    public PostgreSqlWarehouse(PostgreSqlOptions options, Func<string?>? password = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _database = new PostgreSqlDatabase(options, password ?? (() => null), PrepareAsync);
    }

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken = default) => _database.PrepareAsync(cancellationToken);

    /// <summary>Removes the schema with all that is in it, whatever that is. Nothing happens where it is not there.</summary>
    /// <exception cref="WarehouseException">It cannot be removed.</exception>
    public Task DropAsync(CancellationToken cancellationToken = default) => _database.WriteAloneAsync(session => session.RunAsync($"DROP SCHEMA IF EXISTS {_options.Schema} CASCADE"), cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _database.Dispose();
        _loading.Dispose();
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _loading.Dispose();
    }

    private static async Task PrepareAsync(PostgreSqlDatabase database, CancellationToken cancellationToken)
    {
        await PostgreSqlSchema.CompleteAsync(database, cancellationToken);
        if (await database.ReadNowAsync(session => session.OneAsync<bool>(PostgreSqlSearchSql.IsBehind), cancellationToken))
        {
            // The tables are of a version that had incidents before it had an index.
            await database.WriteAloneAsync(RebuildSearchAsync, cancellationToken);
        }
    }
}
