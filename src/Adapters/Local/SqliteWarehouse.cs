using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local;

/// <summary>
/// The warehouse in one SQLite file. A write is acknowledged when it is on the disk; readers never wait for writers (write-ahead log).
/// Writes of one process queue up; another process that writes is waited for up to the busy timeout.
/// Ordinal order is that of the UTF-8 bytes. Every failure of the database is a <see cref="WarehouseException"/>.
/// </summary>
public sealed partial class SqliteWarehouse : IWarehouse, IDisposable, IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly string _path;
    private readonly string _writerConnection;
    private readonly string _readerConnection;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteConnection? _writer;
    private volatile bool _disposed;

    /// <summary>Names the file; it is opened, and made with its folder where it is missing, by the first write.</summary>
    /// <param name="path">The database file. The files <c>-wal</c> and <c>-shm</c> beside it belong to it while it is open.</param>
    /// <param name="busyTimeout">How long to wait for another process, in whole seconds from 1; 30 seconds when null.</param>
    /// <param name="clock">The time, since dates of the future do not count as the newest; the system's when null.</param>
    public SqliteWarehouse(string path, TimeSpan? busyTimeout = null, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        int seconds = (int)(busyTimeout?.TotalSeconds ?? 30);
        if (seconds < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(busyTimeout), busyTimeout, "The busy timeout must be at least 1 second.");
        }

        _clock = clock ?? TimeProvider.System;
        _path = Path.GetFullPath(path);
        _writerConnection = new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = seconds }.ToString();
        _readerConnection = new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWrite, Pooling = true, DefaultTimeout = seconds }.ToString();
    }

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken = default) => WriteAsync(
        (connection, transaction) =>
        {
            connection.Execute(SqliteWarehouseSql.CreateTables, transaction: transaction);
            AddColumns(connection, transaction);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {SqliteWarehouseSql.ApplicationId}"), transaction: transaction);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SqliteWarehouseSql.SchemaVersion}"), transaction: transaction);
            return true;
        },
        cancellationToken);

    /// <summary>Gives a file of an earlier version the columns that it has not.</summary>
    private static void AddColumns(SqliteConnection connection, SqliteTransaction transaction)
    {
        HashSet<string> there = [.. connection.Query<string>(SqliteWarehouseSql.IncidentColumns, transaction: transaction)];
        foreach ((string name, string type) in SqliteWarehouseSql.AddedIncidentColumns.Where(column => !there.Contains(column.Name)))
        {
            connection.Execute($"ALTER TABLE incidents ADD COLUMN {name} {type}", transaction: transaction);
        }
    }

    /// <summary>Closes the file after the write that is under way.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _writing.Wait();
        Close();
    }

    /// <summary>Closes the file after the write that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        await _writing.WaitAsync();
        Close();
    }

    private void Close()
    {
        _disposed = true;
        DropWriter();
        using (var pooled = new SqliteConnection(_readerConnection))
        {
            SqliteConnection.ClearPool(pooled);
        }

        _writing.Release();
    }

    /// <summary>Runs <paramref name="work"/> as one transaction, alone among the writers of this process.</summary>
    private async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return await Task.Run(() => RunTransaction(work), cancellationToken);
        }
        catch (SqliteException exception)
        {
            // After a full disk or a broken file the connection's state is not to be relied on.
            DropWriter();
            throw SqliteFailure.Explain(_path, exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    private T RunTransaction<T>(Func<SqliteConnection, SqliteTransaction, T> work)
    {
        _writer ??= OpenWriter();
        using SqliteTransaction transaction = _writer.BeginTransaction();
        T result = work(_writer, transaction);
        transaction.Commit();
        return result;
    }

    private async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return await Task.Run(
                () =>
                {
                    using SqliteConnection connection = OpenReader();
                    return work(connection);
                },
                cancellationToken);
        }
        catch (SqliteException exception)
        {
            throw SqliteFailure.Explain(_path, exception);
        }
    }

    /// <summary>Runs one step of a query that is read row by row, where an iterator cannot catch.</summary>
    private T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (SqliteException exception)
        {
            throw SqliteFailure.Explain(_path, exception);
        }
    }

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_readerConnection);
        connection.Open();
        return connection;
    }

    private SqliteConnection OpenWriter()
    {
        CreateFolder();
        var connection = new SqliteConnection(_writerConnection);
        try
        {
            connection.Open();
            CheckOwner(connection);
            connection.Execute(SqliteWarehouseSql.OpenWriter);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path) ?? _path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WarehouseException($"The folder of the warehouse '{_path}' could not be made: {exception.Message} Choose a folder that this user may write to.", exception);
        }
    }

    /// <summary>Refuses a file that another program, or a newer version of this one, has made, before anything in it is touched.</summary>
    private void CheckOwner(SqliteConnection connection)
    {
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master") == 0)
        {
            return;
        }

        if (connection.ExecuteScalar<long>("PRAGMA application_id") != SqliteWarehouseSql.ApplicationId)
        {
            throw new WarehouseException($"'{_path}' is a database of another program. Name a new file for the warehouse.");
        }

        long version = connection.ExecuteScalar<long>("PRAGMA user_version");
        if (version > SqliteWarehouseSql.SchemaVersion)
        {
            throw new WarehouseException(string.Create(
                CultureInfo.InvariantCulture,
                $"The warehouse '{_path}' has schema version {version}, this program knows versions up to {SqliteWarehouseSql.SchemaVersion}. Use the newer program that made it, or name another file."));
        }
    }

    private void DropWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }
}
