namespace Pipeline.LocalHost.Durable;

/// <summary>The statements of <see cref="OrchestrationJournal"/>.</summary>
internal static class OrchestrationJournalSql
{
    /// <summary>"PLOJ": marks the file as a journal of this program.</summary>
    public const int ApplicationId = 0x504C4F4A;

    /// <summary>The version of the tables.</summary>
    public const int SchemaVersion = 1;

    public const string Open = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

    public const string CreateTables = """
        CREATE TABLE IF NOT EXISTS instances (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT,
            instance_id TEXT NOT NULL UNIQUE,
            execution_id TEXT NOT NULL,
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            input TEXT,
            output TEXT,
            custom_status TEXT,
            failure TEXT,
            parent_id TEXT,
            parent_execution_id TEXT,
            parent_name TEXT,
            parent_task INTEGER);
        CREATE INDEX IF NOT EXISTS instances_by_parent ON instances (parent_id) WHERE parent_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS history (
            instance_id TEXT NOT NULL,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            task_id INTEGER NOT NULL,
            name TEXT,
            payload TEXT,
            failure TEXT,
            target TEXT,
            PRIMARY KEY (instance_id, position)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inbox (
            message_id INTEGER PRIMARY KEY AUTOINCREMENT,
            instance_id TEXT NOT NULL,
            execution_id TEXT,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            task_id INTEGER NOT NULL,
            name TEXT,
            payload TEXT,
            failure TEXT);
        CREATE INDEX IF NOT EXISTS inbox_by_instance ON inbox (instance_id, message_id);
        CREATE TABLE IF NOT EXISTS activities (
            instance_id TEXT NOT NULL,
            execution_id TEXT NOT NULL,
            task_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            input TEXT,
            PRIMARY KEY (instance_id, execution_id, task_id));
        CREATE TABLE IF NOT EXISTS timers (
            instance_id TEXT NOT NULL,
            execution_id TEXT NOT NULL,
            task_id INTEGER NOT NULL,
            fire_at TEXT NOT NULL,
            PRIMARY KEY (instance_id, execution_id, task_id));
        """;

    public const string SelectInstance = """
        SELECT row_id AS RowId, instance_id AS InstanceId, execution_id AS ExecutionId, name AS Name, status AS Status, created_at AS CreatedAt,
               updated_at AS UpdatedAt, input AS Input, output AS Output, custom_status AS CustomStatus, failure AS Failure, parent_id AS ParentId,
               parent_execution_id AS ParentExecutionId, parent_name AS ParentName, parent_task AS ParentTask
        FROM instances
        """;

    public const string InsertInstance = """
        INSERT INTO instances (instance_id, execution_id, name, status, created_at, updated_at, input, parent_id, parent_execution_id, parent_name, parent_task)
        VALUES (@InstanceId, @ExecutionId, @Name, 'Pending', @At, @At, @Input, @ParentId, @ParentExecutionId, @ParentName, @ParentTask)
        """;

    public const string UpdateInstance = """
        UPDATE instances
        SET execution_id = @ExecutionId, status = @Status, updated_at = @At, input = @Input, output = @Output, custom_status = @CustomStatus, failure = @Failure
        WHERE instance_id = @InstanceId
        """;

    public const string SelectHistory = """
        SELECT kind AS Kind, at AS At, task_id AS TaskId, name AS Name, payload AS Payload, failure AS Failure, target AS Target
        FROM history WHERE instance_id = @id ORDER BY position
        """;

    public const string InsertHistory = """
        INSERT INTO history (instance_id, position, kind, at, task_id, name, payload, failure, target)
        VALUES (@InstanceId, @Position, @Kind, @At, @TaskId, @Name, @Payload, @Failure, @Target)
        """;

    public const string SelectInbox = """
        SELECT message_id AS MessageId, execution_id AS ExecutionId, kind AS Kind, at AS At, task_id AS TaskId, name AS Name, payload AS Payload, failure AS Failure
        FROM inbox WHERE instance_id = @id ORDER BY message_id
        """;

    public const string InsertInbox = """
        INSERT INTO inbox (instance_id, execution_id, kind, at, task_id, name, payload, failure)
        VALUES (@InstanceId, @ExecutionId, @Kind, @At, @TaskId, @Name, @Payload, @Failure)
        """;

    public const string RunningChildren = """
        SELECT instance_id FROM instances
        WHERE parent_id = @id AND parent_execution_id = @execution AND status NOT IN ('Completed', 'Failed', 'Terminated') ORDER BY row_id
        """;

    public const string EndedChildren = """
        SELECT instance_id FROM instances WHERE parent_id = @id AND status IN ('Completed', 'Failed', 'Terminated') ORDER BY row_id
        """;

    public const string IsRunning = """
        SELECT COUNT(*) FROM instances
        WHERE instance_id = @id AND (@execution IS NULL OR execution_id = @execution) AND status NOT IN ('Completed', 'Failed', 'Terminated')
        """;

    public const string DeleteWork = """
        DELETE FROM inbox WHERE instance_id = @id;
        DELETE FROM activities WHERE instance_id = @id;
        DELETE FROM timers WHERE instance_id = @id;
        """;

    public const string DeleteInstance = "DELETE FROM history WHERE instance_id = @id; DELETE FROM instances WHERE instance_id = @id;";

    public const string Query = """
        WHERE row_id > @after
          AND (@from IS NULL OR created_at >= @from)
          AND (@to IS NULL OR created_at <= @to)
          AND (@prefix IS NULL OR substr(instance_id, 1, length(@prefix)) = @prefix)
          AND (@any OR status IN @statuses)
        ORDER BY row_id LIMIT @limit
        """;
}
