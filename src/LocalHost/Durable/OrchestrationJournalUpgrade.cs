using Dapper;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Carries a journal of version 1 over. Instances that have ended stay as they are, without their histories. One that has not begins again from its input, suspended where it was,
/// and gets every event that was raised for it; its activities are therefore run again, as any activity must bear. Its sub-orchestrations are called anew.
/// </summary>
internal static class OrchestrationJournalUpgrade
{
    // Version 1 named its events otherwise: these are the ones that clients sent.
    private const string Sent = """
        SELECT kind AS Kind, name AS Name, payload AS Payload FROM (
            SELECT 0 AS unread, position AS place, kind, name, payload FROM old_history WHERE instance_id = @id
            UNION ALL
            SELECT 1, message_id, kind, name, payload FROM old_inbox WHERE instance_id = @id)
        WHERE kind IN ('EventRaised', 'ExecutionSuspended', 'ExecutionResumed', 'ExecutionTerminated') ORDER BY unread, place
        """;

    private const string Prepare = """
        DROP INDEX IF EXISTS instances_by_parent;
        DROP INDEX IF EXISTS inbox_by_instance;
        ALTER TABLE instances RENAME TO old_instances;
        ALTER TABLE history RENAME TO old_history;
        ALTER TABLE inbox RENAME TO old_inbox;
        """;

    // A sub-orchestration goes with the caller that begins again.
    private const string Copy = """
        WITH RECURSIVE again (id) AS (
            SELECT i.instance_id FROM old_instances i LEFT JOIN old_instances p ON p.instance_id = i.parent_id
            WHERE i.status NOT IN ('Completed', 'Failed', 'Terminated') AND (p.instance_id IS NULL OR p.status IN ('Completed', 'Failed', 'Terminated'))),
        called (id) AS (
            SELECT i.instance_id FROM old_instances i JOIN again ON i.parent_id = again.id
            UNION SELECT i.instance_id FROM old_instances i JOIN called ON i.parent_id = called.id)
        INSERT INTO instances (row_id, instance_id, execution_id, name, status, created_at, updated_at, input, output, custom_status, failure, parent_id)
        SELECT row_id, instance_id, execution_id, name, status, created_at, updated_at, input, output, custom_status, failure,
               CASE WHEN instance_id IN (SELECT id FROM again) THEN NULL ELSE parent_id END
        FROM old_instances WHERE instance_id NOT IN (SELECT id FROM called)
        """;

    private const string Starts = """
        SELECT i.instance_id AS Id, i.execution_id AS Execution, i.name AS Name, i.input AS Input, t.fire_at AS StartAt
        FROM instances i LEFT JOIN timers t ON t.instance_id = i.instance_id AND t.task_id = -1 AND i.status = 'Pending'
        WHERE i.status NOT IN ('Completed', 'Failed', 'Terminated') ORDER BY i.row_id
        """;

    /// <summary>Changes the tables and what is in them, in the caller's transaction.</summary>
    public static void Run(SqliteConnection connection, DateTime now)
    {
        connection.Execute("DROP TABLE activities");
        connection.Execute(Prepare);
        connection.Execute(OrchestrationJournalSql.CreateTables);
        connection.Execute(Copy);
        foreach (Start start in connection.Query<Start>(Starts).ToList())
        {
            OrchestrationInstance instance = new() { InstanceId = start.Id, ExecutionId = start.Execution };
            Post(connection, start, new ExecutionStartedEvent(-1, start.Input) { Name = start.Name, OrchestrationInstance = instance, Timestamp = now });
            foreach (Message message in connection.Query<Message>(Sent, new { id = start.Id }).ToList())
                Post(connection, start with { Execution = null, StartAt = null }, message.ToEvent());
        }

        connection.Execute("UPDATE instances SET status = 'Pending', custom_status = NULL WHERE status NOT IN ('Completed', 'Failed', 'Terminated')");
        connection.Execute("DROP TABLE timers; DROP TABLE old_history; DROP TABLE old_inbox; DROP TABLE old_instances");
    }

    private static void Post(SqliteConnection connection, Start to, HistoryEvent message) => connection.Execute(
        OrchestrationJournalSql.InsertInbox,
        new { id = to.Id, execution = to.Execution, due = to.StartAt, kind = HistoryJson.Kind(message), json = HistoryJson.Write(message) });

    private sealed record Start(string Id, string? Execution, string Name, string? Input, string? StartAt);

    private sealed record Message(string Kind, string? Name, string? Payload)
    {
        public HistoryEvent ToEvent() => Kind switch
        {
            "ExecutionSuspended" => new ExecutionSuspendedEvent(-1, Payload),
            "ExecutionResumed" => new ExecutionResumedEvent(-1, Payload),
            "ExecutionTerminated" => new ExecutionTerminatedEvent(-1, Payload),
            _ => new EventRaisedEvent(-1, Payload) { Name = Name },
        };
    }
}
