using System.Globalization;
using Dapper;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Everything that orchestrations must not forget, in one SQLite file: instances, their histories, unread messages with the timers among them, activities to run.
/// Every method that writes is one transaction that is on the disk when it returns (write-ahead log, synchronous FULL), so a process that dies at any
/// instruction leaves the journal as it was before or after a method, never between. Safe for use by many threads; one process at a time.
/// </summary>
internal sealed partial class OrchestrationJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private bool _isClosed;

    /// <summary>Opens the file, and makes it with its folder where it is missing. A journal of the version before is carried over.</summary>
    /// <exception cref="CommandException">The file cannot be used.</exception>
    public OrchestrationJournal(string path, DateTime now)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
            _connection = new(new SqliteConnectionStringBuilder { DataSource = full, Pooling = false, DefaultTimeout = 30 }.ToString());
            OpenConnection(now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            _connection?.Dispose();
            throw new CommandException($"The journal of orchestrations '{full}' cannot be used: {e.Message} Make it and its folder writable, or remove it to forget all orchestrations.", ExitCode.Failed, e);
        }
    }

    /// <summary>Called after every transaction that changed something, before the next one can begin.</summary>
    public Action? Committed { get; set; }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _connection.Dispose();
        }
    }

    /// <summary>The activities to run, and when each instance has messages to read.</summary>
    public NewWork ReadPending() => Read(() => new NewWork(
        [.. _connection.Query<long>("SELECT activity_id FROM activities ORDER BY activity_id")],
        [.. _connection.Query<(string Id, string? Due)>("SELECT instance_id, due_at FROM inbox ORDER BY message_id").Select(row => new WakeUp(row.Id, row.Due is null ? null : JournalTime.Read(row.Due)))]));

    /// <summary>An instance; null where there is none of that id.</summary>
    public InstanceRecord? Find(string instanceId) => Read(() => FindLocked(instanceId));

    /// <summary>An instance's history with the messages that are due, as the engine takes them; null where there is nothing to do.</summary>
    public TaskOrchestrationWorkItem? ReadTurn(string instanceId, DateTime now) => Read(() =>
    {
        if (FindLocked(instanceId) is not { HasEnded: false })
            return null;

        List<HistoryEvent> history = [.. _connection.Query<EventRow>(OrchestrationJournalSql.SelectHistory, new { id = instanceId }).Select(row => HistoryJson.Read(row.Kind, row.Json))];
        List<TaskMessage> messages =
        [
            .. _connection.Query<InboxRow>(OrchestrationJournalSql.SelectInbox, new { id = instanceId, now = JournalTime.Write(now) }).Select(row => new TaskMessage
            {
                SequenceNumber = row.MessageId,
                Event = HistoryJson.Read(row.Kind, row.Json),
                OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = row.ExecutionId },
            }),
        ];

        // What comes before a delayed start waits for it.
        if (messages.Count == 0 || (history.Count == 0 && messages[0].Event is not ExecutionStartedEvent))
            return null;
        return new TaskOrchestrationWorkItem
        {
            InstanceId = instanceId,
            OrchestrationRuntimeState = new OrchestrationRuntimeState(history),
            NewMessages = messages,
            LockedUntilUtc = DateTime.MaxValue,
        };
    });

    /// <summary>An activity to run; null where nobody waits for it any more.</summary>
    public TaskActivityWorkItem? ReadActivity(long activity) => Read(() =>
        _connection.QuerySingleOrDefault<(string Id, string Execution, string Json)>("SELECT instance_id, execution_id, event FROM activities WHERE activity_id = @activity", new { activity }) is { Id: not null } row
            ? new TaskActivityWorkItem
            {
                Id = activity.ToString(CultureInfo.InvariantCulture),
                LockedUntilUtc = DateTime.MaxValue,
                TaskMessage = new TaskMessage { Event = HistoryJson.Read(nameof(TaskScheduledEvent), row.Json), OrchestrationInstance = new OrchestrationInstance { InstanceId = row.Id, ExecutionId = row.Execution } },
            }
            : null);

    /// <summary>Lists instances in the order of their creation, after a row.</summary>
    public IReadOnlyList<InstanceRecord> Query(InstanceQuery query) => Read(() => _connection.Query<InstanceRow>(
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
        }).Select(row => row.ToRecord()).ToList());

    /// <summary>Schedules an instance. One of that id that has ended is replaced.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance of that id has not ended.</exception>
    public void Schedule(string name, string instanceId, string? input, DateTime now, DateTime? startAt) => Write(() =>
    {
        if (FindLocked(instanceId) is { HasEnded: false } existing)
            throw new OrchestrationAlreadyExistsException($"An orchestration instance with the id '{instanceId}' already exists and is {existing.Status}.");

        OrchestrationInstance instance = new() { InstanceId = instanceId, ExecutionId = Guid.NewGuid().ToString("N") };
        Create(new ExecutionStartedEvent(-1, input) { Name = name, OrchestrationInstance = instance, Timestamp = now }, now, startAt is { } later && later > now ? later : null);
        return true;
    });

    /// <summary>Leaves a message for an instance; false where none of that id runs.</summary>
    public bool Send(string instanceId, HistoryEvent message) => Write(() =>
    {
        if (FindLocked(instanceId) is not { HasEnded: false })
            return false;
        Post(instanceId, message);
        return true;
    });

    /// <summary>Asks an instance to end, with its sub-orchestrations or without; one whose delayed start has not come ends at once. False where none of that id runs.</summary>
    public bool Terminate(string instanceId, string? output, bool withChildren, DateTime now) => Write(() => TerminateLocked(instanceId, output, withChildren, now));

    /// <summary>Stores the end of an activity; false where nobody waits for it any more.</summary>
    public bool CompleteActivity(TaskActivityWorkItem work, HistoryEvent end) => Write(() =>
    {
        if (_connection.Execute("DELETE FROM activities WHERE activity_id = @Id", new { work.Id }) == 0)
            return false;
        Post(work.TaskMessage.OrchestrationInstance.InstanceId, end, work.TaskMessage.OrchestrationInstance.ExecutionId);
        return true;
    });

    /// <summary>Deletes an instance that has ended; false where it has not, or does not exist.</summary>
    public bool Purge(string instanceId) => Write(() => FindLocked(instanceId) is { HasEnded: true } && _connection.Execute(OrchestrationJournalSql.DeleteInstance, new { id = instanceId }) > 0);

    /// <summary>The sub-orchestrations of an instance that have ended.</summary>
    public IReadOnlyList<string> EndedChildren(string instanceId) => Read(() => _connection.Query<string>(OrchestrationJournalSql.EndedChildren, new { id = instanceId }).ToList());

    private void OpenConnection(DateTime now)
    {
        _connection.Open();
        bool isNew = _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master") == 0;
        long version = _connection.ExecuteScalar<long>("PRAGMA user_version");
        if (!isNew && (_connection.ExecuteScalar<long>("PRAGMA application_id") != OrchestrationJournalSql.ApplicationId || version is < 1 or > OrchestrationJournalSql.SchemaVersion))
            throw new IOException("it is a file of another program or of a newer version of this one.");

        _connection.Execute(OrchestrationJournalSql.Open);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        if (version == 1)
            OrchestrationJournalUpgrade.Run(_connection, now);
        else
            _connection.Execute(OrchestrationJournalSql.CreateTables);
        _connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {OrchestrationJournalSql.ApplicationId}; PRAGMA user_version = {OrchestrationJournalSql.SchemaVersion}"));
        transaction.Commit();
    }

    private T Read<T>(Func<T> work)
    {
        lock (_gate)
        {
            // A query would open the file again.
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return work();
        }
    }

    private T Write<T>(Func<T> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            using SqliteTransaction transaction = _connection.BeginTransaction();
            T result = work();
            transaction.Commit();
            Committed?.Invoke();
            return result;
        }
    }

    private InstanceRecord? FindLocked(string instanceId) =>
        _connection.QuerySingleOrDefault<InstanceRow>(OrchestrationJournalSql.SelectInstance + "\nWHERE instance_id = @id", new { id = instanceId })?.ToRecord();

    /// <summary>Makes an instance in place of one that may have ended, and leaves it its start.</summary>
    private void Create(ExecutionStartedEvent start, DateTime now, DateTime? startAt = null)
    {
        OrchestrationInstance instance = start.OrchestrationInstance;
        _connection.Execute(OrchestrationJournalSql.DeleteInstance, new { id = instance.InstanceId });
        _connection.Execute(
            OrchestrationJournalSql.InsertInstance,
            new { id = instance.InstanceId, execution = instance.ExecutionId, name = start.Name, at = JournalTime.Write(now), input = start.Input, parent = start.ParentInstance?.OrchestrationInstance.InstanceId });
        Post(instance.InstanceId, start, instance.ExecutionId, startAt);
    }

    private void Post(string instanceId, HistoryEvent message, string? executionId = null, DateTime? due = null) => _connection.Execute(
        OrchestrationJournalSql.InsertInbox,
        new { id = instanceId, execution = executionId, due = due is { } time ? JournalTime.Write(time) : null, kind = HistoryJson.Kind(message), json = HistoryJson.Write(message) });

    private sealed record InstanceRow(
        long RowId, string InstanceId, string ExecutionId, string Name, string Status, string CreatedAt, string UpdatedAt, string? Input, string? Output, string? CustomStatus, string? Failure, long EndsChildren)
    {
        public InstanceRecord ToRecord() => new(
            RowId, InstanceId, ExecutionId, Name, Enum.Parse<OrchestrationRuntimeStatus>(Status), JournalTime.Read(CreatedAt), JournalTime.Read(UpdatedAt), Input, Output, CustomStatus, Failure, EndsChildren != 0);
    }

    private sealed record EventRow(string Kind, string Json);

    private sealed record InboxRow(long MessageId, string? ExecutionId, string Kind, string Json);
}

/// <summary>An instance that has a message to read, now or at a time in UTC.</summary>
internal sealed record WakeUp(string InstanceId, DateTime? At);

/// <summary>What is there to do: activities by their number in the journal, and instances with messages.</summary>
internal sealed record NewWork(IReadOnlyList<long> Activities, IReadOnlyList<WakeUp> Instances);
