namespace Pipeline.LocalHost.Durable;

/// <summary>The statements of <see cref="OrchestrationJournal"/>.</summary>
internal static class OrchestrationJournalSql
{
    /// <summary>"PLOJ": marks the file as a journal of this program.</summary>
    public const int ApplicationId = 0x504C4F4A;

    /// <summary>The version of the tables.</summary>
    public const int SchemaVersion = 2;

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
            ends_children INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX IF NOT EXISTS instances_by_parent ON instances (parent_id) WHERE parent_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS history (
            instance_id TEXT NOT NULL,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            event TEXT NOT NULL,
            PRIMARY KEY (instance_id, position)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inbox (
            message_id INTEGER PRIMARY KEY AUTOINCREMENT,
            instance_id TEXT NOT NULL,
            execution_id TEXT,
            due_at TEXT,
            kind TEXT NOT NULL,
            event TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS inbox_by_instance ON inbox (instance_id, message_id);
        CREATE TABLE IF NOT EXISTS activities (
            activity_id INTEGER PRIMARY KEY AUTOINCREMENT,
            instance_id TEXT NOT NULL,
            execution_id TEXT NOT NULL,
            event TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS activities_by_instance ON activities (instance_id);
        """;

    public const string SelectInstance = """
        SELECT row_id AS RowId, instance_id AS InstanceId, execution_id AS ExecutionId, name AS Name, status AS Status, created_at AS CreatedAt,
               updated_at AS UpdatedAt, input AS Input, output AS Output, custom_status AS CustomStatus, failure AS Failure, ends_children AS EndsChildren
        FROM instances
        """;

    public const string InsertInstance = """
        INSERT INTO instances (instance_id, execution_id, name, status, created_at, updated_at, input, parent_id)
        VALUES (@id, @execution, @name, 'Pending', @at, @at, @input, @parent)
        """;

    public const string UpdateInstance = """
        UPDATE instances
        SET execution_id = @execution, status = @status, updated_at = @at, input = @input, output = @output, custom_status = @custom, failure = @failure
        WHERE instance_id = @id
        """;

    public const string SelectHistory = "SELECT kind AS Kind, event AS Json FROM history WHERE instance_id = @id ORDER BY position";

    public const string InsertHistory = "INSERT INTO history (instance_id, position, kind, event) VALUES (@id, @position, @kind, @json)";

    /// <summary>What is due, the start of an instance first.</summary>
    public const string SelectInbox = """
        SELECT message_id AS MessageId, execution_id AS ExecutionId, kind AS Kind, event AS Json
        FROM inbox WHERE instance_id = @id AND (due_at IS NULL OR due_at <= @now)
        ORDER BY kind <> 'ExecutionStartedEvent', message_id
        """;

    public const string InsertInbox = "INSERT INTO inbox (instance_id, execution_id, due_at, kind, event) VALUES (@id, @execution, @due, @kind, @json)";

    public const string RunningChildren = "SELECT instance_id FROM instances WHERE parent_id = @id AND status NOT IN ('Completed', 'Failed', 'Terminated') ORDER BY row_id";

    public const string EndedChildren = "SELECT instance_id FROM instances WHERE parent_id = @id AND status IN ('Completed', 'Failed', 'Terminated') ORDER BY row_id";

    public const string DeleteWork = "DELETE FROM inbox WHERE instance_id = @id; DELETE FROM activities WHERE instance_id = @id;";

    public const string DeleteInstance = DeleteWork + "DELETE FROM history WHERE instance_id = @id; DELETE FROM instances WHERE instance_id = @id;";

    public const string Query = """
        WHERE row_id > @after
          AND (@from IS NULL OR created_at >= @from)
          AND (@to IS NULL OR created_at <= @to)
          AND (@prefix IS NULL OR substr(instance_id, 1, length(@prefix)) = @prefix)
          AND (@any OR status IN @statuses)
        ORDER BY row_id LIMIT @limit
        """;
}
