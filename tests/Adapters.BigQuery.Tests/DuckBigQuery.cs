using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using DuckDB.NET.Data;
using Google;
using Google.Apis.Requests;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>
/// BigQuery in memory: it runs the adapter's own statements, in DuckDB (<see cref="DuckSql"/>), each job in a session of its own with its temporary tables,
/// and answers as BigQuery does - 404 for what is missing, 409 for an id that comes twice, a job that fails where two transactions meet. What was the state at a moment it remembers from then on
/// when it is asked for the moment (<c>CURRENT_TIMESTAMP()</c> alone), by a transaction of that time.
/// </summary>
internal sealed class DuckBigQuery : IBigQuery
{
    /// <summary>What every query job is billed for.</summary>
    public const long BilledPerQuery = 10 << 20;

    private readonly DuckDBConnection _database = new("DataSource=:memory:");
    private readonly ConcurrentDictionary<string, Task<Outcome>> _jobs = new(StringComparer.Ordinal);

    private readonly Dictionary<string, DuckDBConnection> _moments = new(StringComparer.Ordinal);
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public DuckBigQuery(bool hasDataset = false)
    {
        HasDataset = hasDataset;
        _database.Open();
        Execute(_database, DuckSql.Functions);
    }

    /// <summary>The dataset has been made.</summary>
    public bool HasDataset { get; private set; }

    /// <summary>Every query and load job that was accepted, in their order.</summary>
    public ConcurrentQueue<object> Jobs { get; } = new();

    /// <summary>The tables that were made for loads, and are there no more or still.</summary>
    public ConcurrentQueue<StagingTable> Staged { get; } = new();

    /// <summary>How many rows the dataset's answers hold on a page at most.</summary>
    public int RowsPerPage { get; init; } = int.MaxValue;

    public IEnumerable<QueryJob> Queries => Jobs.OfType<QueryJob>();

    /// <summary>What a refused request is.</summary>
    public static GoogleApiException Refusal(HttpStatusCode status, string reason, string message) =>
        new("bigquery", message) { HttpStatusCode = status, Error = new RequestError { Code = (int)status, Message = message, Errors = [new SingleError { Reason = reason, Message = message }] } };

    /// <summary>Rows of a statement of a test's own.</summary>
    public IReadOnlyList<object?[]> Ask(string sql)
    {
        using DuckDBConnection session = Session();
        return Run(session, DuckSql.Statements(sql, [], DateTimeOffset.UtcNow)).Rows;
    }

    public Task<JobStatus> StartAsync(QueryJob job, CancellationToken cancellationToken) => StartAsync(job.Id, job, () => Run(job));

    public Task<JobStatus> StartAsync(LoadJob job, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        byte[] sent = lines.ToArray();
        return StartAsync(job.Id, job, () => Load(job, sent));
    }

    public async Task<JobStatus> FindJobAsync(string id, CancellationToken cancellationToken)
    {
        Task<Outcome> job = _jobs.TryGetValue(id, out Task<Outcome>? found) ? found : throw Refusal(HttpStatusCode.NotFound, "notFound", $"Not found: Job {id}");
        return job.IsCompleted ? (await job).Status : new JobStatus(IsDone: false, Error: null, 0);
    }

    public Task CancelJobAsync(string id, CancellationToken cancellationToken) => FindJobAsync(id, cancellationToken);

    public async Task<ResultPage> ReadPageAsync(string id, string? pageToken, int rows, CancellationToken cancellationToken)
    {
        Outcome outcome = await _jobs[id];
        int first = pageToken is null ? 0 : int.Parse(pageToken, CultureInfo.InvariantCulture);
        int size = Math.Min(rows, RowsPerPage);
        string? next = first + size < outcome.Rows.Count ? (first + size).ToString(CultureInfo.InvariantCulture) : null;
        return new ResultPage(outcome.Columns, [.. outcome.Rows.Skip(first).Take(size)], next);
    }

    public Task<TableState> FindTableAsync(string name, CancellationToken cancellationToken)
    {
        StagedColumn[] columns = [.. Ask($"SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'main' AND table_name = '{name}' ORDER BY ordinal_position").Select(Column)];
        return columns.Length == 0
            ? throw Refusal(HttpStatusCode.NotFound, "notFound", $"Not found: Table {name}")
            : Task.FromResult(new TableState(columns, long.Parse((string)Ask($"SELECT COUNT(*) FROM \"{name}\"")[0][0]!, CultureInfo.InvariantCulture)));
    }

    public async Task CreateTableAsync(StagingTable table, CancellationToken cancellationToken)
    {
        if (Staged.Any(other => string.Equals(other.Name, table.Name, StringComparison.Ordinal)))
        {
            throw Refusal(HttpStatusCode.Conflict, "duplicate", $"Already Exists: Table {table.Name}");
        }

        Staged.Enqueue(table);
        await using DuckDBConnection session = Session();
        Execute(session, $"CREATE TABLE \"{table.Name}\" ({string.Join(", ", table.Columns.Select(DuckSql.Declaration))})");
    }

    public async Task DeleteTableAsync(string name, CancellationToken cancellationToken)
    {
        await FindTableAsync(name, cancellationToken);
        await using DuckDBConnection session = Session();
        Execute(session, $"DROP TABLE \"{name}\"");
    }

    public Task CreateDatasetAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        if (HasDataset)
        {
            throw Refusal(HttpStatusCode.Conflict, "duplicate", "Already Exists: Dataset");
        }

        HasDataset = true;
        return Task.CompletedTask;
    }

    /// <summary>Lets the dataset go.</summary>
    public void Close()
    {
        foreach (DuckDBConnection state in _moments.Values)
        {
            state.Dispose();
        }

        _database.Dispose();
    }

    /// <summary>Clients come and go; the dataset stays.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    private static StagedColumn Column(object?[] row)
    {
        string type = DuckSql.TypeOf((string)row[1]!);
        bool isArray = type.EndsWith("[]", StringComparison.Ordinal);
        return new StagedColumn((string)row[0]!, type.TrimEnd('[', ']'), isArray ? StagedColumn.Repeated : row[2] is "NO" ? StagedColumn.Required : StagedColumn.Nullable);
    }

    private static void Execute(DuckDBConnection session, string sql)
    {
        using DuckDBCommand command = session.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // The result is that of the last SELECT.
    private static Outcome Run(DuckDBConnection session, IEnumerable<string> statements)
    {
        Outcome outcome = new(new JobStatus(IsDone: true, Error: null, BilledPerQuery), [], []);
        foreach (string statement in statements)
        {
            using DuckDBCommand command = session.CreateCommand();
            command.CommandText = statement;
            if (!DuckSql.IsQuery(statement))
            {
                command.ExecuteNonQuery();
                continue;
            }

            using DuckDBDataReader reader = command.ExecuteReader();
            List<object?[]> rows = [];
            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : DuckSql.Cell(reader.GetValue(i)))]);
            }

            outcome = outcome with { Columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], Rows = rows };
        }

        return outcome;
    }

    // No two moments are the same.
    private DateTimeOffset Now()
    {
        lock (_moments)
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            now = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
            return _last = now > _last ? now : _last.AddMicroseconds(1);
        }
    }

    private Outcome Remember(QueryJob job)
    {
        DateTimeOffset now = Now();
        DuckDBConnection state = Session();
        Execute(state, "BEGIN TRANSACTION");
        Execute(state, "SELECT COUNT(*) FROM settings");
        lock (_moments)
        {
            _moments.Add(BigQueryFormat.Parameter(now), state);
        }

        return Run(state, DuckSql.Statements(job.Sql, job.Parameters, now));
    }

    private Outcome RunAsOf(string moment, QueryJob job)
    {
        DuckDBConnection? state;
        lock (_moments)
        {
            _moments.TryGetValue(moment, out state);
        }

        if (state is null)
        {
            return Failed("invalidQuery", $"Nothing is remembered of {moment}.");
        }

        lock (state)
        {
            return Run(state, DuckSql.Statements(job.Sql, job.Parameters, Now()));
        }
    }

    private static Outcome Failed(string reason, string message) => new(new JobStatus(IsDone: true, new JobError(reason, message), 0), [], []);

    private DuckDBConnection Session()
    {
        DuckDBConnection session = _database.Duplicate();
        session.Open();
        return session;
    }

    private async Task<JobStatus> StartAsync(string id, object job, Func<Outcome> run)
    {
        TaskCompletionSource<Outcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_jobs.TryAdd(id, outcome.Task))
        {
            throw Refusal(HttpStatusCode.Conflict, "duplicate", $"Already Exists: Job {id}");
        }

        Jobs.Enqueue(job);
        _ = Task.Run(() => outcome.SetResult(run()));
        await Task.Yield();
        return await FindJobAsync(id, CancellationToken.None);
    }

    private Outcome Run(QueryJob job)
    {
        if (!HasDataset)
        {
            return Failed("notFound", "Not found: Dataset");
        }

        try
        {
            if (job.Sql.Contains("FOR SYSTEM_TIME AS OF @at", StringComparison.Ordinal))
            {
                return RunAsOf(job.Parameters.Single(parameter => parameter.Name == "at").Value!, job);
            }

            if (job.Sql.Contains("SELECT CURRENT_TIMESTAMP() AS moment", StringComparison.Ordinal))
            {
                return Remember(job);
            }

            using DuckDBConnection session = Session();
            return Run(session, DuckSql.Statements(job.Sql, job.Parameters, Now()));
        }
        catch (DuckDBException e)
        {
            return e.Message.Contains("onflict", StringComparison.Ordinal)
                ? Failed("invalidQuery", "Transaction is aborted due to concurrent update against table write_lock.")
                : Failed("invalidQuery", e.Message);
        }
    }

    private Outcome Load(LoadJob job, byte[] lines)
    {
        using DuckDBConnection session = Session();
        try
        {
            IEnumerable<string> rows = System.Text.Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            {
                using JsonDocument row = JsonDocument.Parse(line);
                return $"({string.Join(", ", job.Columns.Select(column => DuckSql.Literal(row.RootElement, column)))})";
            });
            Execute(session, $"INSERT INTO \"{job.Table}\" ({string.Join(", ", job.Columns.Select(column => column.Name))}) VALUES {string.Join(", ", rows)}");
            return new Outcome(new JobStatus(IsDone: true, Error: null, 0), [], []);
        }
        catch (DuckDBException e)
        {
            return Failed("invalid", e.Message);
        }
    }

    private sealed record Outcome(JobStatus Status, IReadOnlyList<string> Columns, List<object?[]> Rows);
}
