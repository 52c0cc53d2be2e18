using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local;

/// <summary>
/// One SQLite file that a program owns. A write is acknowledged when it is on the disk; readers never wait for writers (write-ahead log).
/// Writes of one process queue up; another process that writes is waited for up to the busy timeout. Every failure of the database says what happened to which file
/// and how to mend it, as the exception that the kind makes of it. The first use makes the tables that are missing; where it fails, the next one tries again.
/// </summary>
public sealed partial class SqliteFile : IDisposable, IAsyncDisposable
{
    // FULL makes a commit wait until the log is on the disk: under NORMAL a power failure may take back commits that were acknowledged.
    /// <summary>The function of a reader that tells whether a text holds another, whatever the case; the database's own know the case of A to Z only.</summary>
    public const string HoldsText = "holds_text";

    private const string OpenForWriting = """
        PRAGMA page_size = 8192;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 67108864;
        """;

    private readonly SqliteFileKind _kind;
    private readonly string _path;
    private readonly string _writerConnection;
    private readonly string _readerConnection;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteConnection? _writer;
    private volatile bool _isReady;
    private volatile bool _disposed;

    /// <summary>Names the file; it is opened, and made with its folder where it is missing, by the first use.</summary>
    /// <param name="kind">What the file is.</param>
    /// <param name="path">The database file. The files <c>-wal</c> and <c>-shm</c> beside it belong to it while it is open.</param>
    /// <param name="busyTimeout">How long to wait for another process, in whole seconds from 1; 30 seconds when null.</param>
    public SqliteFile(SqliteFileKind kind, string path, TimeSpan? busyTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        int seconds = (int)(busyTimeout?.TotalSeconds ?? 30);
        if (seconds < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(busyTimeout), busyTimeout, "The busy timeout must be at least 1 second.");
        }

        _kind = kind;
        _path = Path.GetFullPath(path);
        _writerConnection = new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = seconds }.ToString();
        _readerConnection = new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWrite, Pooling = true, DefaultTimeout = seconds }.ToString();
    }

    /// <summary>Creates the tables that are missing, and marks the file as one of its kind. The first use does it too; a caller who wants to know before that asks here.</summary>
    public Task InitializeAsync(CancellationToken cancellationToken = default) => WriteAsync((_, _) => true, cancellationToken);

    /// <summary>Runs <paramref name="work"/> as one transaction, alone among the writers of this process.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return await Task.Run(
                () =>
                {
                    MakeTables();
                    return RunTransaction(work);
                },
                cancellationToken);
        }
        catch (SqliteException exception)
        {
            // After a full disk or a broken file the connection's state is not to be relied on.
            DropWriter();
            throw Explain(exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Moves what is in the log into the file, and empties the log, so that nothing of what was overwritten is left in it. A reader that is under way may keep it from that.</summary>
    public Task EmptyLogAsync(CancellationToken cancellationToken) => MaintainAsync(["PRAGMA wal_checkpoint(TRUNCATE)"], cancellationToken);

    /// <summary>
    /// Writes the file anew with nothing but what is stored, and empties the log. What is deleted is overwritten, but copies of it may lie where pages were divided before, which only this takes away.
    /// Time and space: those of a copy of the file; writers wait meanwhile.
    /// </summary>
    public Task RewriteAsync(CancellationToken cancellationToken) => MaintainAsync(["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"], cancellationToken);

    private async Task MaintainAsync(string[] statements, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            await Task.Run(() => Array.ForEach(statements, statement => (_writer ??= OpenWriter()).Execute(statement)), cancellationToken);
        }
        catch (SqliteException exception)
        {
            DropWriter();
            throw Explain(exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Runs <paramref name="work"/> on what is stored when it begins.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await OpenAsync(cancellationToken);
        return await Task.Run(
            () => Guard(() =>
            {
                using SqliteConnection connection = OpenReader();
                return work(connection);
            }),
            cancellationToken);
    }

    /// <summary>The rows of a query, all at once.</summary>
    /// <param name="query">The query.</param>
    /// <param name="read">Makes the result of the row that the reader stands on.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal Task<IReadOnlyList<T>> ListAsync<T>(SqliteQuery query, Func<SqliteDataReader, T> read, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<T>>(
        connection =>
        {
            using SqliteStatement statement = new(connection, null, query.Sql, query.Names);
            using SqliteDataReader reader = statement.Query(query.Values);
            List<T> rows = [];
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows.Add(Row(reader, read));
            }

            return rows;
        },
        cancellationToken);

    /// <summary>The rows of a query one by one, as they were when it began.</summary>
    /// <inheritdoc cref="ListAsync"/>
    internal async IAsyncEnumerable<T> StreamAsync<T>(SqliteQuery query, Func<SqliteDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await OpenAsync(cancellationToken);
        using SqliteConnection connection = await Task.Run(() => Guard(OpenReader), cancellationToken);
        using SqliteStatement statement = new(connection, null, query.Sql, query.Names);
        using SqliteDataReader reader = Guard(() => statement.Query(query.Values));
        Func<bool> next = reader.Read;
        while (Guard(next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Row(reader, read);
        }
    }

    /// <summary>Reads every page of a database, and compares its tables with their indexes. The file is not changed; nothing else may write it meanwhile.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>What is damaged, at most ten findings; none where the file is sound.</returns>
    public static Task<IReadOnlyList<string>> FindDamageAsync(string path, CancellationToken cancellationToken = default) => Task.Run<IReadOnlyList<string>>(
        () =>
        {
            try
            {
                using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
                connection.Open();
                using CancellationTokenRegistration stop = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
                string[] findings = [.. connection.Query<string>("PRAGMA integrity_check(10)")];
                return findings is ["ok"] ? [] : findings;
            }
            catch (SqliteException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return [exception.Message];
            }
        },
        cancellationToken);

    /// <summary>Closes the file after the write that is under way.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _writing.Wait();
            Close();
        }
    }

    /// <summary>Closes the file after the write that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            await _writing.WaitAsync();
            Close();
        }
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

    private Task OpenAsync(CancellationToken cancellationToken) => _isReady ? Task.CompletedTask : InitializeAsync(cancellationToken);

    private void MakeTables()
    {
        if (_isReady)
        {
            return;
        }

        RunTransaction((connection, transaction) =>
        {
            connection.Execute(_kind.Tables, transaction: transaction);
            _kind.Upgrade?.Invoke(connection, transaction);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {_kind.ApplicationId}"), transaction: transaction);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {_kind.SchemaVersion}"), transaction: transaction);
            return true;
        });
        _isReady = true;
    }

    private T RunTransaction<T>(Func<SqliteConnection, SqliteTransaction, T> work)
    {
        _writer ??= OpenWriter();
        using SqliteTransaction transaction = _writer.BeginTransaction();
        T result = work(_writer, transaction);
        transaction.Commit();
        return result;
    }

    /// <summary>Reads a row. A value that is not what was written, as after a flipped bit, is a failure that names the row.</summary>
    internal T Row<T>(SqliteDataReader reader, Func<SqliteDataReader, T> read)
    {
        try
        {
            return read(reader);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidCastException or OverflowException)
        {
            throw _kind.Failure(
                $"The {_kind.Name} '{_path}' holds a damaged value: {SqliteFailure.Place(reader)}. Restore it from a backup, or remove it with its -wal and -shm files and {_kind.StartAgain}. ({exception.Message})",
                exception);
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
            throw Explain(exception);
        }
    }

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_readerConnection);
        connection.CreateFunction<string?, string?, bool>(HoldsText, (text, sought) => text is not null && sought is not null && text.Contains(sought, StringComparison.OrdinalIgnoreCase), isDeterministic: true);
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
            connection.Execute(OpenForWriting);
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
            throw _kind.Failure($"The folder of the {_kind.Name} '{_path}' could not be made: {exception.Message} Choose a folder that this user may write to.", exception);
        }
    }

    /// <summary>Refuses a file that another program, or a newer version of this one, has made, before anything in it is touched.</summary>
    private void CheckOwner(SqliteConnection connection)
    {
        long owner = connection.ExecuteScalar<long>("PRAGMA application_id");
        if (owner == 0 && connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master") == 0)
        {
            return;
        }

        if (owner != _kind.ApplicationId)
        {
            throw _kind.Failure($"'{_path}' is a database of another program. Name a new file for the {_kind.Name}.", null);
        }

        long version = connection.ExecuteScalar<long>("PRAGMA user_version");
        if (version > _kind.SchemaVersion)
        {
            throw _kind.Failure(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {_kind.Name} '{_path}' has schema version {version}, this program knows versions up to {_kind.SchemaVersion}. Use the newer program that made it, or name another file."),
                null);
        }
    }

    private Exception Explain(SqliteException exception) => _kind.Failure(SqliteFailure.Explain(_kind, _path, exception), exception);

    private void DropWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }
}

/// <summary>What a program keeps in an SQLite file.</summary>
/// <param name="Name">What the file is called in messages, such as <c>warehouse</c>.</param>
/// <param name="ApplicationId">Marks the file as one of this kind.</param>
/// <param name="SchemaVersion">The version of the tables; it rises with every change of them.</param>
/// <param name="Tables">The statements that create the tables that are missing.</param>
/// <param name="StartAgain">How to go on where the file is damaged and there is no backup, as the end of a sentence: <c>import the incidents again</c>.</param>
/// <param name="Failure">Makes the exception of a message and its cause.</param>
/// <param name="Upgrade">Gives the tables of an earlier version what they lack; null where versions differ in nothing else than new tables.</param>
public sealed record SqliteFileKind(
    string Name,
    int ApplicationId,
    int SchemaVersion,
    string Tables,
    string StartAgain,
    Func<string, Exception?, Exception> Failure,
    Action<SqliteConnection, SqliteTransaction>? Upgrade = null);

/// <summary>A query with its parameters' names and values, in the same order.</summary>
internal readonly record struct SqliteQuery(string Sql, string[] Names, params object?[] Values);
