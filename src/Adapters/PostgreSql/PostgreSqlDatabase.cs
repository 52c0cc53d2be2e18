using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>
/// The connections to the database. A write is one transaction that excludes every other write of this program, in this process and in others, until it is on the server's disk: so sequences that
/// one transaction gives are seen before those of the next, and no two meet in a deadlock. What fails because the server is away for a while, or takes a transaction back for another, is tried again.
/// A connection that breaks in the middle of a commit leaves open whether it has happened. So each write leaves a number in a row of this process's own, and whoever has got the lock after it
/// reads what it is now: nothing is lost or done twice. The server's own word for a transaction would not do, since one that is killed may give the same number again.
/// The first use makes the tables; where it fails, the next one tries again.
/// </summary>
internal sealed class PostgreSqlDatabase : IDisposable, IAsyncDisposable
{
    private const string Begin = "SELECT pg_advisory_xact_lock(@program, @schema)";
    private const string Mark = "INSERT INTO commits (process, write, at) VALUES (@process, @write, clock_timestamp()) ON CONFLICT (process) DO UPDATE SET write = excluded.write, at = excluded.at";
    private const string MarkOf = "SELECT write FROM commits WHERE process = @process";
    private const string ForgetOld = "DELETE FROM commits WHERE at < clock_timestamp() - interval '30 days'";

    // "PIPE" in ASCII: advisory locks are numbers that all programs of a database share.
    private const int ProgramLock = 0x50495045;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly PostgreSqlOptions _options;
    private readonly NpgsqlDataSource _source;
    private readonly Func<PostgreSqlDatabase, CancellationToken, Task> _prepare;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly string _process = Guid.NewGuid().ToString("N");
    private volatile bool _isReady;
    private long _write;

    /// <summary>Names the database; nothing is connected yet.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="password">The password; asked for before each new connection, so that a changed one needs no restart. Null leaves it to the connection string.</param>
    /// <param name="prepare">Makes the tables.</param>
    public PostgreSqlDatabase(PostgreSqlOptions options, Func<string?> password, Func<PostgreSqlDatabase, CancellationToken, Task> prepare)
    {
        _options = options;
        _prepare = prepare;
        Where = options.Where;
        NpgsqlConnectionStringBuilder parts = options.Connection();
        string? written = parts.Password;
        parts.Password = null;
        NpgsqlDataSourceBuilder builder = new(parts.ConnectionString);
        if (written is not null || !string.IsNullOrEmpty(password()))
        {
            builder.UsePasswordProvider(_ => Now(), (_, _) => ValueTask.FromResult(Now()));
        }

        _source = builder.Build();

        string Now() => password() is { Length: > 0 } set ? set : written ?? "";
    }

    /// <summary>What the database is called in messages.</summary>
    public string Where { get; }

    /// <summary>The schema that holds the tables.</summary>
    public string Schema => _options.Schema;

    /// <summary>Makes the tables that are missing.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            await _prepare(this, cancellationToken);
            _isReady = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>Runs <paramref name="work"/> as one transaction, alone among the writers. It may run several times, and must do all that it does through the session.</summary>
    public async Task<T> WriteAsync<T>(Func<PostgreSqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await TryAsync(
                async connection =>
                {
                    (NpgsqlTransaction transaction, PostgreSqlSession session) = await BeginAsync(connection, cancellationToken);
                    await using (transaction)
                    {
                        if (_write == 0)
                        {
                            await session.RunAsync(ForgetOld);
                        }

                        await session.RunAsync(Mark, SqlValue.Text("process", _process), SqlValue.Whole("write", ++_write));
                        T result = await work(session);
                        await CommitAsync(transaction, cancellationToken);
                        return result;
                    }
                },
                cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, before the tables are there. What is done must be the same done twice.</summary>
    public Task<T> WriteAloneAsync<T>(Func<PostgreSqlSession, Task<T>> work, CancellationToken cancellationToken) => TryAsync(
        async connection =>
        {
            (NpgsqlTransaction transaction, PostgreSqlSession session) = await BeginAsync(connection, cancellationToken);
            await using (transaction)
            {
                T result = await work(session);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
        },
        cancellationToken);

    /// <summary>Runs <paramref name="work"/> on what is stored: each statement sees what was committed before it, all of one session the same state where <paramref name="snapshot"/> is asked for.</summary>
    public async Task<T> ReadAsync<T>(Func<PostgreSqlSession, Task<T>> work, CancellationToken cancellationToken, bool snapshot = false)
    {
        await OpenAsync(cancellationToken);
        return await ReadNowAsync(work, cancellationToken, snapshot);
    }

    /// <summary>As <see cref="ReadAsync"/>, before the tables are there.</summary>
    public Task<T> ReadNowAsync<T>(Func<PostgreSqlSession, Task<T>> work, CancellationToken cancellationToken, bool snapshot = false) => TryAsync(
        async connection =>
        {
            await using NpgsqlTransaction? transaction = snapshot ? await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken) : null;
            return await work(new PostgreSqlSession(this, connection, cancellationToken));
        },
        cancellationToken);

    /// <summary>The rows of a query, all at once.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        ReadAsync<IReadOnlyList<T>>(async session => await session.ListAsync(sql, read, parameters), cancellationToken);

    /// <summary>The rows of a query one by one, as they were when it began. The server sends on as they are taken.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string sql, Func<NpgsqlDataReader, T> read, NpgsqlParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await using PostgreSqlSession session = await TryAsync(OpenReaderAsync, cancellationToken, keeps: true);
        bool all = false;
        try
        {
            while (await GuardAsync(() => session.Reader!.ReadAsync(cancellationToken)))
            {
                yield return Row(session.Reader!, read);
            }

            all = true;
        }
        finally
        {
            if (!all)
            {
                // Else the rest would be read before the connection is used again.
                session.Stop();
            }
        }

        async Task<PostgreSqlSession> OpenReaderAsync(NpgsqlConnection connection)
        {
            PostgreSqlSession opened = new(this, connection, cancellationToken);
            await opened.OpenAsync(sql, parameters);
            return opened;
        }
    }

    /// <summary>Opens a transaction that sees the database as it is now until the session is disposed of.</summary>
    public async Task<PostgreSqlSession> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await TryAsync(
            async connection =>
            {
                PostgreSqlSession session = new(this, connection, cancellationToken) { Transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken) };
                // The state is taken at the transaction's first statement.
                await session.RunAsync("SET TRANSACTION READ ONLY");
                await session.OneAsync<int>("SELECT 1");
                return session;
            },
            cancellationToken,
            keeps: true);
    }

    /// <summary>Does one step of reading; a failure of the database says what happened where.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (PostgreSqlFailure.IsOfTheDatabase(exception))
        {
            throw Explain(exception);
        }
    }

    /// <summary>Reads a row. A value that is not what was written is a failure that names the row.</summary>
    public T Row<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        try
        {
            return read(reader);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw new WarehouseException($"{Where} holds a value that this program did not write, beside {reader.GetName(0)} '{reader.GetValue(0)}'. Mend the row, or restore it from a backup. ({exception.Message})", exception);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _source.Dispose();
        _writing.Dispose();
        _preparing.Dispose();
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _writing.Dispose();
        _preparing.Dispose();
    }

    private static NpgsqlParameter SqlValue32(string name, int value) => new(name, NpgsqlTypes.NpgsqlDbType.Integer) { Value = value };

    // The same number for a schema in every process.
    internal static int KeyOf(string schema) => schema.Aggregate(17, (key, letter) => unchecked((key * 31) + letter));

    private Task OpenAsync(CancellationToken cancellationToken) => _isReady ? Task.CompletedTask : PrepareAsync(cancellationToken);

    private async Task<T> TryAsync<T>(Func<NpgsqlConnection, Task<T>> step, CancellationToken cancellationToken, bool keeps = false)
    {
        for (int attempt = 1; ; attempt++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await _source.OpenConnectionAsync(cancellationToken);
                T result = await step(connection);
                if (keeps)
                {
                    connection = null;
                }

                return result;
            }
            catch (Exception exception) when (attempt < _options.Attempts && PostgreSqlFailure.MayPass(exception))
            {
                if (PostgreSqlFailure.IsConnection(exception))
                {
                    // The other connections that wait to be used again are likely to be gone as well.
                    _source.Clear();
                }
            }
            catch (Exception exception) when (PostgreSqlFailure.IsOfTheDatabase(exception))
            {
                throw Explain(exception);
            }
            finally
            {
                await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    private Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        double pause = Math.Min(LongestPause.TotalMilliseconds, _options.FirstRetry.TotalMilliseconds * Math.Pow(2, attempt - 1));
        return Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + (Random.Shared.NextDouble() / 2))), cancellationToken);
    }

    private async Task<(NpgsqlTransaction Transaction, PostgreSqlSession Session)> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        PostgreSqlSession session = new(this, connection, cancellationToken);
        await session.RunAsync(Begin, SqlValue32("program", ProgramLock), SqlValue32("schema", KeyOf(Schema)));
        return (transaction, session);
    }

    // Nobody cancels a commit: it would be open then whether it has happened.
    private async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception) when (PostgreSqlFailure.IsConnection(exception))
        {
            _source.Clear();
            if (!await HasCommittedAsync())
            {
                throw;
            }
        }
    }

    // The transaction of a connection that broke may live a little longer on the server than the connection here. It holds the lock until it has ended.
    private async Task<bool> HasCommittedAsync() => _write == await TryAsync(
        async connection =>
        {
            (NpgsqlTransaction transaction, PostgreSqlSession session) = await BeginAsync(connection, CancellationToken.None);
            await using (transaction)
            {
                return await session.OneAsync<long>(MarkOf, SqlValue.Text("process", _process));
            }
        },
        CancellationToken.None);

    private WarehouseException Explain(Exception exception) => new(PostgreSqlFailure.Explain(Where, exception), exception);
}
