using Dapper;
using DurableTask.Core.Exceptions;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>The steps by which orchestrations move on.</summary>
internal sealed partial class OrchestrationJournal
{
    /// <summary>Schedules an instance. One of that id that has ended is replaced.</summary>
    /// <returns>The timer of a delayed start, or null when it may start at once.</returns>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance of that id has not ended.</exception>
    public TimerWork? Schedule(string name, string instanceId, string? input, DateTime now, DateTime? startAt) => Write(transaction =>
    {
        if (FindLocked(instanceId, transaction) is { } existing)
        {
            if (!existing.HasEnded)
                throw new OrchestrationAlreadyExistsException($"An orchestration instance with the id '{instanceId}' already exists and is {existing.Status}.");
            Delete(transaction, instanceId);
        }

        string execution = Insert(transaction, name, instanceId, input, now, parent: null);
        if (startAt is not { } later || later <= now)
        {
            Post(transaction, instanceId, execution, new(HistoryKind.ExecutionStarted, now, Payload: input));
            return null;
        }

        var timer = new TimerWork(instanceId, execution, HistoryEvent.NoTask, later);
        Insert(transaction, timer);
        return timer;
    });

    /// <summary>Leaves a message for an instance; false where none of that id runs.</summary>
    public bool Send(string instanceId, HistoryEvent message) => Write(transaction =>
    {
        if (!IsRunning(transaction, instanceId, executionId: null))
            return false;
        Post(transaction, instanceId, executionId: null, message);
        return true;
    });

    /// <summary>Stores the end of an activity; false where nobody waits for it any more.</summary>
    public bool CompleteActivity(ActivityWork work, HistoryEvent end) => Write(transaction =>
    {
        int deleted = _connection.Execute(
            "DELETE FROM activities WHERE instance_id = @InstanceId AND execution_id = @ExecutionId AND task_id = @TaskId",
            new { work.InstanceId, work.ExecutionId, work.TaskId },
            transaction);
        if (deleted == 0)
            return false;
        Post(transaction, work.InstanceId, work.ExecutionId, end);
        return true;
    });

    /// <summary>Stores that a timer has gone off; false where it was cancelled.</summary>
    public bool FireTimer(TimerWork timer, DateTime now) => Write(transaction =>
    {
        if (DeleteTimer(transaction, timer.InstanceId, timer.ExecutionId, timer.TaskId) == 0)
            return false;
        HistoryEvent message = timer.TaskId == HistoryEvent.NoTask
            ? new(HistoryKind.ExecutionStarted, now, Payload: FindLocked(timer.InstanceId, transaction)?.Input)
            : new(HistoryKind.TimerFired, now, timer.TaskId);
        Post(transaction, timer.InstanceId, timer.ExecutionId, message);
        return true;
    });

    /// <summary>Stores a turn with all that follows from it.</summary>
    /// <returns>The other instances that have new messages by it.</returns>
    public IReadOnlyList<string> Commit(Turn turn, int historyLength) => Write(transaction =>
    {
        List<string> awakened = [];
        InstanceRecord instance = turn.Instance;
        if (turn.Continuation is { } continuation)
        {
            Restart(transaction, turn, continuation);
            return awakened;
        }

        Append(transaction, turn, historyLength);
        Update(transaction, turn, instance.ExecutionId, instance.Input);
        if (turn.HasEnded)
        {
            _connection.Execute(OrchestrationJournalSql.DeleteWork, new { id = instance.InstanceId }, transaction);
            awakened.AddRange(AnswerParent(transaction, turn));
            if (turn.TerminateChildren)
                awakened.AddRange(TerminateChildren(transaction, turn));
            return awakened;
        }

        _connection.Execute("DELETE FROM inbox WHERE instance_id = @id AND message_id <= @last", new { id = instance.InstanceId, last = turn.LastMessage }, transaction);
        foreach (HistoryEvent action in turn.Events.Where(row => row.IsAction))
            awakened.AddRange(Begin(transaction, turn, action));
        foreach (int timer in turn.CancelledTimers)
            DeleteTimer(transaction, instance.InstanceId, instance.ExecutionId, timer);
        return awakened;
    });

    private void Append(SqliteTransaction transaction, Turn turn, int historyLength)
    {
        for (int i = 0; i < turn.Events.Count; i++)
        {
            HistoryEvent row = turn.Events[i];
            _connection.Execute(
                OrchestrationJournalSql.InsertHistory,
                new
                {
                    turn.Instance.InstanceId,
                    Position = (long)(historyLength + i),
                    Kind = row.Kind.ToString(),
                    At = JournalTime.Write(row.At),
                    TaskId = (long)row.TaskId,
                    row.Name,
                    row.Payload,
                    row.Failure,
                    row.Target,
                },
                transaction);
        }
    }

    private void Update(SqliteTransaction transaction, Turn turn, string executionId, string? input) => _connection.Execute(
        OrchestrationJournalSql.UpdateInstance,
        new
        {
            turn.Instance.InstanceId,
            ExecutionId = executionId,
            Status = turn.Status.ToString(),
            At = JournalTime.Write(turn.At),
            Input = input,
            turn.Output,
            turn.CustomStatus,
            turn.Failure,
        },
        transaction);

    /// <summary>Begins the next run of an instance: an empty history, and an inbox of the start, the carried events, and what nobody has read.</summary>
    private void Restart(SqliteTransaction transaction, Turn turn, Continuation continuation)
    {
        string id = turn.Instance.InstanceId;
        string execution = NewExecution();
        InboxMessage[] unread = [.. _connection.Query<InboxRow>(OrchestrationJournalSql.SelectInbox, new { id }, transaction)
            .Select(row => row.ToMessage())
            .Where(message => message.MessageId > turn.LastMessage && message.ExecutionId is null)];
        _connection.Execute(OrchestrationJournalSql.DeleteWork, new { id }, transaction);
        _connection.Execute("DELETE FROM history WHERE instance_id = @id", new { id }, transaction);
        Update(transaction, turn, execution, continuation.Input);
        Post(transaction, id, execution, new(HistoryKind.ExecutionStarted, turn.At, Payload: continuation.Input));
        foreach (HistoryEvent raised in continuation.CarriedEvents.Concat(unread.Select(message => message.Event)))
            Post(transaction, id, executionId: null, raised);
    }

    private List<string> Begin(SqliteTransaction transaction, Turn turn, HistoryEvent action)
    {
        InstanceRecord instance = turn.Instance;
        switch (action.Kind)
        {
            case HistoryKind.ActivityScheduled:
                _connection.Execute(
                    "INSERT INTO activities (instance_id, execution_id, task_id, name, input) VALUES (@InstanceId, @ExecutionId, @TaskId, @Name, @Payload)",
                    new { instance.InstanceId, instance.ExecutionId, action.TaskId, action.Name, action.Payload },
                    transaction);
                return [];
            case HistoryKind.TimerCreated when !turn.CancelledTimers.Contains(action.TaskId):
                Insert(transaction, new TimerWork(instance.InstanceId, instance.ExecutionId, action.TaskId, JournalTime.Read(action.Payload!)));
                return [];
            case HistoryKind.SubOrchestrationCreated:
                return [BeginChild(transaction, instance, action)];
            default:
                return [];
        }
    }

    /// <summary>Schedules a sub-orchestration; where its id is taken by one that runs, the call fails.</summary>
    /// <returns>Who has a message by it.</returns>
    private string BeginChild(SqliteTransaction transaction, InstanceRecord instance, HistoryEvent action)
    {
        string child = action.Target!;
        if (FindLocked(child, transaction) is { } existing)
        {
            if (!existing.HasEnded)
            {
                string failure = WorkerDataConverter.WriteFailure(TaskFailureDetails.FromException(
                    new OrchestrationAlreadyExistsException($"An orchestration instance with the id '{child}' already exists and is {existing.Status}.")));
                Post(transaction, instance.InstanceId, instance.ExecutionId, new(HistoryKind.SubOrchestrationFailed, action.At, action.TaskId, Failure: failure));
                return instance.InstanceId;
            }

            Delete(transaction, child);
        }

        string execution = Insert(transaction, action.Name!, child, action.Payload, action.At, new(instance.InstanceId, instance.ExecutionId, instance.Name, action.TaskId));
        Post(transaction, child, execution, new(HistoryKind.ExecutionStarted, action.At, Payload: action.Payload));
        return child;
    }

    private List<string> AnswerParent(SqliteTransaction transaction, Turn turn)
    {
        if (turn.Instance.Parent is not { } parent || !IsRunning(transaction, parent.InstanceId, parent.ExecutionId))
            return [];
        HistoryEvent answer = turn.Status == OrchestrationRuntimeStatus.Completed
            ? new(HistoryKind.SubOrchestrationCompleted, turn.At, parent.TaskId, Payload: turn.Output)
            : new(HistoryKind.SubOrchestrationFailed, turn.At, parent.TaskId, Failure: turn.Failure ?? Terminated(turn.Instance.InstanceId));
        Post(transaction, parent.InstanceId, parent.ExecutionId, answer);
        return [parent.InstanceId];
    }

    private static string Terminated(string instanceId) =>
        WorkerDataConverter.WriteFailure(TaskFailureDetails.FromException(new OperationCanceledException($"The orchestration instance '{instanceId}' was terminated.")));

    private List<string> TerminateChildren(SqliteTransaction transaction, Turn turn)
    {
        List<string> children = [.. _connection.Query<string>(
            OrchestrationJournalSql.RunningChildren, new { id = turn.Instance.InstanceId, execution = turn.Instance.ExecutionId }, transaction)];
        foreach (string child in children)
            Post(transaction, child, executionId: null, new(HistoryKind.ExecutionTerminated, turn.At, Name: HistoryEvent.Recursive, Payload: turn.Output));
        return children;
    }

    private string Insert(SqliteTransaction transaction, string name, string instanceId, string? input, DateTime now, ParentTask? parent)
    {
        string execution = NewExecution();
        _connection.Execute(
            OrchestrationJournalSql.InsertInstance,
            new
            {
                InstanceId = instanceId,
                ExecutionId = execution,
                Name = name,
                At = JournalTime.Write(now),
                Input = input,
                ParentId = parent?.InstanceId,
                ParentExecutionId = parent?.ExecutionId,
                ParentName = parent?.Name,
                ParentTask = parent?.TaskId,
            },
            transaction);
        return execution;
    }

    private void Insert(SqliteTransaction transaction, TimerWork timer) => _connection.Execute(
        "INSERT INTO timers (instance_id, execution_id, task_id, fire_at) VALUES (@InstanceId, @ExecutionId, @TaskId, @FireAt)",
        new { timer.InstanceId, timer.ExecutionId, timer.TaskId, FireAt = JournalTime.Write(timer.FireAt) },
        transaction);

    private int DeleteTimer(SqliteTransaction transaction, string instanceId, string executionId, int taskId) => _connection.Execute(
        "DELETE FROM timers WHERE instance_id = @instanceId AND execution_id = @executionId AND task_id = @taskId",
        new { instanceId, executionId, taskId },
        transaction);

    private static string NewExecution() => Guid.NewGuid().ToString("N");
}
