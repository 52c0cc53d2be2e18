using Dapper;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>What an orchestrator's turn leaves behind.</summary>
internal sealed partial class OrchestrationJournal
{
    /// <summary>Stores a turn: its events are appended to the history, its messages are sent, those it read are deleted.</summary>
    /// <param name="item">The turn as it was read.</param>
    /// <param name="after">The instance's state after it.</param>
    /// <param name="state">The same for clients; null where the turn's messages were of no instance.</param>
    /// <param name="activities">The activities that it calls.</param>
    /// <param name="others">The messages for other instances, among them the starts of its sub-orchestrations.</param>
    /// <param name="timers">The timers that it sets.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <returns>What is to be done next.</returns>
    public NewWork CommitTurn(
        TaskOrchestrationWorkItem item, OrchestrationRuntimeState after, OrchestrationState? state, IList<TaskMessage> activities, IList<TaskMessage> others, IList<TaskMessage> timers, DateTime now) => Write(() =>
    {
        List<WakeUp> awakened = [];
        _connection.Execute("DELETE FROM inbox WHERE message_id = @id", item.NewMessages.Select(message => new { id = message.SequenceNumber }));
        if (state is null || FindLocked(item.InstanceId) is not { HasEnded: false } before)
            return new NewWork([], []);

        Append(item.InstanceId, after);
        OrchestrationRuntimeStatus status = Save(item.InstanceId, state, now);
        List<long> begun = [];
        if (status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated)
        {
            _connection.Execute(OrchestrationJournalSql.DeleteWork, new { id = item.InstanceId });
            if (before.EndsChildren)
                awakened.AddRange(EndChildren(item.InstanceId, state.Output, now));
        }
        else
        {
            begun.AddRange(activities.Select(Begin));
            foreach (TaskMessage timer in timers)
            {
                DateTime due = ((TimerFiredEvent)timer.Event).FireAt;
                Post(item.InstanceId, timer.Event, timer.OrchestrationInstance.ExecutionId, due);
                awakened.Add(new WakeUp(item.InstanceId, due));
            }
        }

        foreach (TaskMessage message in others)
        {
            if (Deliver(item.InstanceId, message, now) is { } receiver)
                awakened.Add(new WakeUp(receiver, null));
        }

        return new NewWork(begun, awakened);
    });

    /// <summary>Appends what is new; the history of a run that was continued as new gives way to that of the next.</summary>
    private void Append(string instanceId, OrchestrationRuntimeState after)
    {
        int position = after.PastEvents.Count;
        if (position == 0)
            _connection.Execute("DELETE FROM history WHERE instance_id = @id", new { id = instanceId });
        _connection.Execute(OrchestrationJournalSql.InsertHistory, after.NewEvents.Select(row => new { id = instanceId, position = position++, kind = HistoryJson.Kind(row), json = HistoryJson.Write(row) }));
    }

    private OrchestrationRuntimeStatus Save(string instanceId, OrchestrationState state, DateTime now)
    {
        var status = Enum.Parse<OrchestrationRuntimeStatus>(state.OrchestrationStatus.ToString());
        _connection.Execute(
            OrchestrationJournalSql.UpdateInstance,
            new
            {
                id = instanceId,
                execution = state.OrchestrationInstance.ExecutionId,
                status = status.ToString(),
                at = JournalTime.Write(now),
                input = state.Input,
                output = status == OrchestrationRuntimeStatus.Failed ? null : state.Output,
                custom = state.Status,
                failure = WorkerDataConverter.WriteFailure(state.FailureDetails),
            });
        return status;
    }

    private long Begin(TaskMessage activity) => _connection.ExecuteScalar<long>(
        "INSERT INTO activities (instance_id, execution_id, event) VALUES (@InstanceId, @ExecutionId, @json) RETURNING activity_id",
        new { activity.OrchestrationInstance.InstanceId, activity.OrchestrationInstance.ExecutionId, json = HistoryJson.Write(activity.Event) });

    /// <summary>Leaves a message where it belongs; null where nobody reads it.</summary>
    private string? Deliver(string sender, TaskMessage message, DateTime now)
    {
        string receiver = message.OrchestrationInstance.InstanceId;
        bool runs = FindLocked(receiver) is { HasEnded: false };
        if (message.Event is ExecutionStartedEvent start)
        {
            if (runs)
            {
                SubOrchestrationInstanceFailedEvent refused = new(-1, start.ParentInstance.TaskScheduleId, null, null);
                Post(sender, Explain(refused, $"An orchestration instance with the id '{receiver}' already exists."), start.ParentInstance.OrchestrationInstance.ExecutionId);
                return sender;
            }

            Create(start, now);
            return receiver;
        }

        if (!runs)
            return null;

        // The engine gives no reason where a sub-orchestration was terminated.
        HistoryEvent told = message.Event is SubOrchestrationInstanceFailedEvent { FailureDetails: null } end ? Explain(end, $"The orchestration instance '{sender}' was terminated.") : message.Event;
        Post(receiver, told, message.OrchestrationInstance.ExecutionId);
        return receiver;
    }

    private static SubOrchestrationInstanceFailedEvent Explain(SubOrchestrationInstanceFailedEvent end, string reason) =>
        new(-1, end.TaskScheduledId, end.Reason ?? reason, end.Details, new FailureDetails(typeof(InvalidOperationException).FullName!, reason, null, null, isNonRetriable: false));

    private bool TerminateLocked(string instanceId, string? output, bool withChildren, DateTime now)
    {
        if (FindLocked(instanceId) is not { HasEnded: false })
            return false;
        if (withChildren)
            _connection.Execute("UPDATE instances SET ends_children = 1 WHERE instance_id = @instanceId", new { instanceId });
        if (_connection.Execute("DELETE FROM inbox WHERE instance_id = @instanceId AND kind = @start AND due_at > @at", new { instanceId, start = nameof(ExecutionStartedEvent), at = JournalTime.Write(now) }) == 0)
        {
            Post(instanceId, new ExecutionTerminatedEvent(-1, output));
            return true;
        }

        _connection.Execute("UPDATE instances SET status = @status, output = @output, updated_at = @at WHERE instance_id = @instanceId", new { instanceId, status = nameof(OrchestrationRuntimeStatus.Terminated), output, at = JournalTime.Write(now) });
        _connection.Execute(OrchestrationJournalSql.DeleteWork, new { id = instanceId });
        return true;
    }

    private IEnumerable<WakeUp> EndChildren(string instanceId, string? output, DateTime now)
    {
        foreach (string child in _connection.Query<string>(OrchestrationJournalSql.RunningChildren, new { id = instanceId }).ToList())
        {
            TerminateLocked(child, output, withChildren: true, now);
            yield return new WakeUp(child, null);
        }
    }
}
