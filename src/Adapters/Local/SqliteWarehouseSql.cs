namespace Pipeline.Adapters.Local;

/// <summary>Every statement of <see cref="SqliteWarehouse"/>: here the tables, and in a file each what is asked of them.</summary>
internal static partial class SqliteWarehouseSql
{
    /// <summary>Marks the file as a warehouse of this program ("PIPE" in ASCII).</summary>
    public const int ApplicationId = 0x50495045;

    /// <summary>The version of the tables below; it rises with every change of them.</summary>
    public const int SchemaVersion = 7;

    // Dates are text as 2026-01-31T23:59:59.0000000Z: it sorts, reads well and keeps every tick.
    // The embedding is the last column of its row, so that a scan of the others does not walk through it.
    public const string CreateTables = """
        CREATE TABLE IF NOT EXISTS incidents (
            number TEXT NOT NULL PRIMARY KEY,
            sys_created_on TEXT,
            sys_updated_on TEXT,
            texts TEXT NOT NULL,
            tech_center TEXT NOT NULL,
            change_sequence INTEGER NOT NULL,
            priority TEXT,
            state TEXT,
            resolved_at TEXT,
            close_notes TEXT,
            reopen_count INTEGER,
            location TEXT,
            cmdb_ci TEXT);
        CREATE UNIQUE INDEX IF NOT EXISTS incidents_by_sequence ON incidents (change_sequence);
        CREATE INDEX IF NOT EXISTS incidents_by_center ON incidents (tech_center, sys_created_on);
        CREATE INDEX IF NOT EXISTS incidents_by_date ON incidents (sys_created_on, number);

        CREATE TABLE IF NOT EXISTS preprocessed_incidents (
            number TEXT NOT NULL PRIMARY KEY,
            sys_created_on TEXT,
            tech_center TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            embedder TEXT NOT NULL,
            combined_incidents_summary TEXT NOT NULL,
            embedding BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS preprocessed_by_center ON preprocessed_incidents (tech_center, embedder, number, content_hash);
        CREATE INDEX IF NOT EXISTS preprocessed_by_date ON preprocessed_incidents (tech_center, embedder, sys_created_on, number, content_hash);
        CREATE INDEX IF NOT EXISTS preprocessed_by_hash ON preprocessed_incidents (content_hash, embedder);

        CREATE TABLE IF NOT EXISTS incident_predictions (
            incident_id TEXT NOT NULL PRIMARY KEY,
            tech_center TEXT NOT NULL,
            predicted_cluster_id INTEGER NOT NULL,
            predicted_cluster_label TEXT NOT NULL,
            predicted_domain_id INTEGER NOT NULL,
            predicted_domain_name TEXT NOT NULL,
            confidence_score REAL NOT NULL,
            prediction_timestamp TEXT NOT NULL,
            model_table_used TEXT NOT NULL,
            blob_model_path TEXT NOT NULL,
            content_hash TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS predictions_by_center ON incident_predictions (tech_center, incident_id);

        CREATE TABLE IF NOT EXISTS watermarks (
            name TEXT NOT NULL PRIMARY KEY,
            sequence INTEGER NOT NULL);

        CREATE TABLE IF NOT EXISTS dead_letters (
            number TEXT NOT NULL PRIMARY KEY,
            stage TEXT NOT NULL,
            reason TEXT NOT NULL);

        CREATE TABLE IF NOT EXISTS training_runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            year INTEGER NOT NULL,
            quarter INTEGER NOT NULL,
            request TEXT NOT NULL,
            closed INTEGER NOT NULL DEFAULT 0);

        CREATE TABLE IF NOT EXISTS training_run_centers (
            run_id INTEGER NOT NULL,
            tech_center TEXT NOT NULL,
            outcome TEXT NOT NULL,
            PRIMARY KEY (run_id, tech_center));

        CREATE TABLE IF NOT EXISTS ingestions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started_at TEXT NOT NULL,
            seconds REAL NOT NULL,
            user_name TEXT NOT NULL,
            file_name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            source TEXT,
            rows INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            rejected INTEGER NOT NULL,
            reject_reasons TEXT NOT NULL,
            added INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            problem TEXT);

        CREATE TABLE IF NOT EXISTS measures (
            time TEXT NOT NULL,
            tech_center TEXT,
            version TEXT,
            name TEXT NOT NULL,
            value REAL NOT NULL);
        CREATE INDEX IF NOT EXISTS measures_by_time ON measures (time);

        CREATE TABLE IF NOT EXISTS alerts (
            id TEXT NOT NULL PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            raised_at TEXT NOT NULL,
            last_at TEXT NOT NULL,
            times INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            is_open INTEGER NOT NULL,
            record TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS alerts_by_fingerprint ON alerts (fingerprint, raised_at);
        CREATE INDEX IF NOT EXISTS alerts_by_time ON alerts (raised_at);
        CREATE INDEX IF NOT EXISTS alerts_open ON alerts (raised_at) WHERE is_open = 1;

        CREATE TABLE IF NOT EXISTS settings (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL);

        CREATE TABLE IF NOT EXISTS removals (
            number_hash TEXT NOT NULL PRIMARY KEY,
            change_sequence INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE IF NOT EXISTS erasures (
            id TEXT NOT NULL PRIMARY KEY,
            number_sha256 TEXT NOT NULL,
            requested_at TEXT NOT NULL,
            requested_by TEXT NOT NULL,
            number TEXT,
            finished_at TEXT,
            removed TEXT NOT NULL,
            problem TEXT);
        """;

    // What later versions have added.
    public static readonly IReadOnlyList<(string Table, string Name, string Type)> AddedColumns =
    [
        ("incidents", "priority", "TEXT"), ("incidents", "state", "TEXT"), ("incidents", "resolved_at", "TEXT"), ("incidents", "close_notes", "TEXT"),
        ("incidents", "reopen_count", "INTEGER"), ("incidents", "location", "TEXT"), ("incidents", "cmdb_ci", "TEXT"),
        ("incidents", "arrived_at", "TEXT"),
        ("ingestions", "ingestion_id", "TEXT"), ("ingestions", "state", "TEXT"), ("ingestions", "dataset", "TEXT"), ("ingestions", "idempotency_key", "TEXT"),
        ("ingestions", "object_name", "TEXT"), ("ingestions", "reading", "TEXT"),
        ("incident_predictions", "predicted_problem_id", "INTEGER"), ("incident_predictions", "predicted_problem_label", "TEXT"),
    ];

    public const string ColumnsOf = "SELECT name FROM pragma_table_info(@table)";

    public const string IndexAddedColumns = """
        CREATE UNIQUE INDEX IF NOT EXISTS ingestions_by_id ON ingestions (ingestion_id);
        CREATE INDEX IF NOT EXISTS ingestions_by_time ON ingestions (started_at);
        CREATE INDEX IF NOT EXISTS ingestions_by_object ON ingestions (object_name);
        """;
}
