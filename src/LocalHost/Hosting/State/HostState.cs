using Microsoft.Data.Sqlite;

namespace Pipeline.LocalHost.Hosting.State;

/// <summary>
/// What the host must remember over a restart: where each timer stands, and which object versions have triggered which function.
/// One SQLite file; every write is on the disk when its method returns, wholly or not at all. Times are UTC ticks.
/// </summary>
internal sealed class HostState : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS timers (function TEXT PRIMARY KEY, last INTEGER NOT NULL, next INTEGER NOT NULL, updated INTEGER NOT NULL, succeeded INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS blob_receipts (function TEXT NOT NULL, object TEXT NOT NULL, version TEXT NOT NULL, attempts INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, PRIMARY KEY (function, object)) WITHOUT ROWID;
        """;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    /// <summary>Opens the file, creating it where it is missing.</summary>
    /// <exception cref="CommandException">The file cannot be opened.</exception>
    public HostState(string path)
    {
        _path = path;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Execute(Schema);
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw Unreadable(e);
        }
    }

    /// <summary>Where a timer stands; null where it is new.</summary>
    /// <exception cref="CommandException">The file is damaged.</exception>
    public TimerState? ReadTimer(string function) => Read(() =>
    {
        using SqliteCommand command = Command("SELECT last, next, updated, succeeded FROM timers WHERE function = $1", function);
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() ? new TimerState(Utc(reader.GetInt64(0)), Utc(reader.GetInt64(1)), Utc(reader.GetInt64(2)), reader.IsDBNull(3) ? null : reader.GetBoolean(3)) : null;
    });

    /// <summary>Remembers where a timer stands.</summary>
    public void SaveTimer(string function, TimerState state) => Execute(
        "INSERT INTO timers VALUES ($1, $2, $3, $4, $5) ON CONFLICT (function) DO UPDATE SET last = excluded.last, next = excluded.next, updated = excluded.updated, succeeded = excluded.succeeded",
        function,
        state.Last.Ticks,
        state.Next.Ticks,
        state.Updated.Ticks,
        state.Succeeded);

    /// <summary>What a function did with the last version it saw of each object, by the object's name.</summary>
    /// <exception cref="CommandException">The file is damaged.</exception>
    public IReadOnlyDictionary<string, BlobReceipt> ReadReceipts(string function) => Read(() =>
    {
        using SqliteCommand command = Command("SELECT object, version, attempts, outcome, error FROM blob_receipts WHERE function = $1", function);
        using SqliteDataReader reader = command.ExecuteReader();
        Dictionary<string, BlobReceipt> receipts = new(StringComparer.Ordinal);
        while (reader.Read())
        {
            string name = reader.GetString(0);
            receipts[name] = new BlobReceipt(function, name, reader.GetString(1), reader.GetInt32(2), Enum.Parse<BlobOutcome>(reader.GetString(3)), reader.IsDBNull(4) ? null : reader.GetString(4));
        }

        return receipts;
    });

    /// <summary>Remembers what a function did with a version of an object.</summary>
    public void SaveReceipt(BlobReceipt receipt) => Execute(
        "INSERT INTO blob_receipts VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (function, object) DO UPDATE SET version = excluded.version, attempts = excluded.attempts, outcome = excluded.outcome, error = excluded.error",
        receipt.Function,
        receipt.Object,
        receipt.Version,
        receipt.Attempts,
        receipt.Outcome.ToString(),
        receipt.Error);

    public void Dispose() => _connection.Dispose();

    private static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);

    // Damage of a value is found when it is read as what it should be.
    private T Read<T>(Func<T> read)
    {
        try
        {
            lock (_lock)
            {
                return read();
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            throw Unreadable(e);
        }
    }

    private CommandException Unreadable(Exception e) => new($"The host's state '{_path}' cannot be read: {UserMessage.Sentence(e)} Give this user the right to read and write it; if it is damaged, remove it, and schedules and blob triggers start afresh.", ExitCode.Failed, e);

    private void Execute(string sql, params object?[] values)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(sql, values);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, params object?[] values)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        }

        return command;
    }
}
