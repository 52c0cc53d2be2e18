using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Everything that orchestrations must not forget, in one SQLite file: instances, their histories, unread messages, activities to run, timers to
/// wait for. Every method is one transaction that is on the disk when it returns (write-ahead log, synchronous FULL), so a process that dies at any
/// instruction leaves the journal as it was before or after a method, never between. Safe for use by many threads; one process at a time.
/// </summary>
internal sealed partial class OrchestrationJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    /// <summary>Opens the file, and makes it with its folder where it is missing.</summary>
    /// <exception cref="CommandException">The file cannot be used.</exception>
    public OrchestrationJournal(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path) ?? _path);
            _connection = new(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false, DefaultTimeout = 30 }.ToString());
            OpenConnection();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            _connection?.Dispose();
            throw new CommandException($"The journal of orchestrations '{_path}' cannot be used: {e.Message} Make it and its folder writable, or remove it to forget all orchestrations.", ExitCode.Failed, e);
        }
    }

    /// <summary>Called after every transaction that changed something, before the next one can begin.</summary>
    public Action? Committed { get; set; }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
            _connection.Dispose();
    }

    /// <summary>What is still to be done.</summary>
    public PendingWork ReadPending()
    {
        lock (_gate)
        {
            return new(
                [.. _connection.Query<ActivityRow>("SELECT instance_id AS InstanceId, execution_id AS ExecutionId, task_id AS TaskId, name AS Name, input AS Input FROM activities ORDER BY rowid").Select(row => row.ToWork())],
                [.. _connection.Query<TimerRow>("SELECT instance_id AS InstanceId, execution_id AS ExecutionId, task_id AS TaskId, fire_at AS FireAt FROM timers ORDER BY fire_at, rowid").Select(row => row.ToWork())],
                [.. _connection.Query<string>("SELECT instance_id FROM inbox GROUP BY instance_id ORDER BY MIN(message_id)")]);
        }
    }

    /// <summary>An instance; null where there is none of that id.</summary>
    public InstanceRecord? Find(string instanceId)
    {
        lock (_gate)
            return FindLocked(instanceId);
    }

    /// <summary>An instance's history, in order.</summary>
    public List<HistoryEvent> ReadHistory(string instanceId)
    {
        lock (_gate)
            return [.. _connection.Query<HistoryRow>(OrchestrationJournalSql.SelectHistory, new { id = instanceId }).Select(row => row.ToEvent())];
    }

    /// <summary>An instance's unread messages, in the order of arrival.</summary>
    public IReadOnlyList<InboxMessage> ReadInbox(string instanceId)
    {
        lock (_gate)
            return [.. _connection.Query<InboxRow>(OrchestrationJournalSql.SelectInbox, new { id = instanceId }).Select(row => row.ToMessage())];
    }

    /// <summary>Lists instances in the order of their creation, after a row.</summary>
    public IReadOnlyList<InstanceRecord> Query(InstanceQuery query)
    {
        lock (_gate)
        {
            return [.. _connection.Query<InstanceRow>(
                OrchestrationJournalSql.SelectInstance + "\n" + OrchestrationJournalSql.Query,
                new
                {
                    after = query.After,
                    from = query.CreatedFrom is { } from ? JournalTime.Write(from) : null,
                    to = query.CreatedTo is { } to ? JournalTime.Write(to) : null,
                    prefix = query.Prefix,
                    any = query.Statuses.Count == 0,
                    statuses = query.Statuses.Select(status => status.ToString()).ToArray(),
                    limit = query.Limit,
                }).Select(row => row.ToRecord())];
        }
    }

    /// <summary>Deletes an instance that has ended; false where it has not, or does not exist.</summary>
    public bool Purge(string instanceId) => Write(transaction =>
    {
        if (FindLocked(instanceId, transaction) is not { HasEnded: true })
            return false;
        Delete(transaction, instanceId);
        return true;
    });

    /// <summary>The sub-orchestrations of an instance that have ended.</summary>
    public IReadOnlyList<string> EndedChildren(string instanceId)
    {
        lock (_gate)
            return [.. _connection.Query<string>(OrchestrationJournalSql.EndedChildren, new { id = instanceId })];
    }

    private void OpenConnection()
    {
        _connection.Open();
        bool isNew = _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master") == 0;
        long version = _connection.ExecuteScalar<long>("PRAGMA user_version");
        if (!isNew && (_connection.ExecuteScalar<long>("PRAGMA application_id") != OrchestrationJournalSql.ApplicationId || version != OrchestrationJournalSql.SchemaVersion))
            throw new IOException("it is a file of another program or of another version of this one.");

        _connection.Execute(OrchestrationJournalSql.Open);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _connection.Execute(OrchestrationJournalSql.CreateTables, transaction: transaction);
        _connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {OrchestrationJournalSql.ApplicationId}; PRAGMA user_version = {OrchestrationJournalSql.SchemaVersion}"), transaction: transaction);
        transaction.Commit();
    }

    private T Write<T>(Func<SqliteTransaction, T> work)
    {
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            T result = work(transaction);
            transaction.Commit();
            Committed?.Invoke();
            return result;
        }
    }

    private InstanceRecord? FindLocked(string instanceId, SqliteTransaction? transaction = null) =>
        _connection.QuerySingleOrDefault<InstanceRow>(OrchestrationJournalSql.SelectInstance + "\nWHERE instance_id = @id", new { id = instanceId }, transaction)?.ToRecord();

    private bool IsRunning(SqliteTransaction transaction, string instanceId, string? executionId) =>
        _connection.ExecuteScalar<long>(OrchestrationJournalSql.IsRunning, new { id = instanceId, execution = executionId }, transaction) > 0;

    private void Delete(SqliteTransaction transaction, string instanceId)
    {
        _connection.Execute(OrchestrationJournalSql.DeleteWork, new { id = instanceId }, transaction);
        _connection.Execute(OrchestrationJournalSql.DeleteInstance, new { id = instanceId }, transaction);
    }

    private void Post(SqliteTransaction transaction, string instanceId, string? executionId, HistoryEvent message) => _connection.Execute(
        OrchestrationJournalSql.InsertInbox,
        new
        {
            InstanceId = instanceId,
            ExecutionId = executionId,
            Kind = message.Kind.ToString(),
            At = JournalTime.Write(message.At),
            TaskId = (long)message.TaskId,
            message.Name,
            message.Payload,
            message.Failure,
        },
        transaction);

    private sealed record InstanceRow(
        long RowId, string InstanceId, string ExecutionId, string Name, string Status, string CreatedAt, string UpdatedAt, string? Input, string? Output,
        string? CustomStatus, string? Failure, string? ParentId, string? ParentExecutionId, string? ParentName, long? ParentTask)
    {
        public InstanceRecord ToRecord() => new(
            RowId, InstanceId, ExecutionId, Name, Enum.Parse<OrchestrationRuntimeStatus>(Status), JournalTime.Read(CreatedAt), JournalTime.Read(UpdatedAt), Input, Output,
            CustomStatus, Failure, ParentId is null ? null : new(ParentId, ParentExecutionId ?? "", ParentName ?? "", (int)(ParentTask ?? HistoryEvent.NoTask)));
    }

    private sealed record HistoryRow(string Kind, string At, long TaskId, string? Name, string? Payload, string? Failure, string? Target)
    {
        public HistoryEvent ToEvent() => new(Enum.Parse<HistoryKind>(Kind), JournalTime.Read(At), (int)TaskId, Name, Payload, Failure, Target);
    }

    private sealed record InboxRow(long MessageId, string? ExecutionId, string Kind, string At, long TaskId, string? Name, string? Payload, string? Failure)
    {
        public InboxMessage ToMessage() => new(MessageId, ExecutionId, new(Enum.Parse<HistoryKind>(Kind), JournalTime.Read(At), (int)TaskId, Name, Payload, Failure));
    }

    private sealed record ActivityRow(string InstanceId, string ExecutionId, long TaskId, string Name, string? Input)
    {
        public ActivityWork ToWork() => new(InstanceId, ExecutionId, (int)TaskId, Name, Input);
    }

    private sealed record TimerRow(string InstanceId, string ExecutionId, long TaskId, string FireAt)
    {
        public TimerWork ToWork() => new(InstanceId, ExecutionId, (int)TaskId, JournalTime.Read(FireAt));
    }
}
