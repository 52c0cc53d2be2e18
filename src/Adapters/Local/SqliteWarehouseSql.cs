using Pipeline.Problems;

namespace Pipeline.Adapters.Local;

/// <summary>Every statement of <see cref="SqliteWarehouse"/>.</summary>
internal static class SqliteWarehouseSql
{
    /// <summary>Marks the file as a warehouse of this program ("PIPE" in ASCII).</summary>
    public const int ApplicationId = 0x50495045;

    /// <summary>The version of the tables below; it rises with every change of them.</summary>
    public const int SchemaVersion = 6;

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

    public const string UpsertIngestion = """
        INSERT INTO ingestions (ingestion_id, started_at, seconds, user_name, file_name, sha256, bytes, source, rows, accepted, rejected, reject_reasons, added, changed, problem,
            state, dataset, idempotency_key, object_name, reading)
        VALUES (@id, @startedAt, @seconds, @user, @file, @sha256, @bytes, @source, @rows, @accepted, @rejected, @reasons, @added, @changed, @problem,
            @state, @dataset, @key, @objectName, @reading)
        ON CONFLICT (ingestion_id) DO UPDATE SET
            seconds = excluded.seconds,
            sha256 = excluded.sha256,
            bytes = excluded.bytes,
            source = excluded.source,
            rows = excluded.rows,
            accepted = excluded.accepted,
            rejected = excluded.rejected,
            reject_reasons = excluded.reject_reasons,
            added = excluded.added,
            changed = excluded.changed,
            problem = excluded.problem,
            state = excluded.state,
            idempotency_key = excluded.idempotency_key
        """;

    // An entry of an earlier version has neither id nor state.
    private const string SelectIngestion = """
        SELECT started_at, seconds, user_name, file_name, sha256, bytes, source, rows, accepted, rejected, reject_reasons, added, changed, problem,
            COALESCE(ingestion_id, 'file-' || id), COALESCE(state, CASE WHEN problem IS NULL THEN 'Accepted' ELSE 'Failed' END), dataset, idempotency_key, object_name, reading
        FROM ingestions
        """;

    public const string ReadIngestions = SelectIngestion + " ORDER BY id DESC LIMIT @limit";

    public const string FindIngestion = SelectIngestion + " WHERE ingestion_id = @id";

    public const string FindEarlierIngestion = SelectIngestion + """
         WHERE ingestion_id = @id
            OR (object_name = @objectName AND state IN ('Received', 'Validating'))
            OR (started_at >= @since AND dataset = @dataset AND idempotency_key = @key)
            OR (started_at >= @since AND dataset = @dataset AND sha256 = @sha256 AND reading IS @reading AND state <> 'Failed')
        ORDER BY id
        LIMIT 1
        """;

    public const string FindIncident = """
        SELECT sys_created_on, sys_updated_on, texts, tech_center, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci
        FROM incidents
        WHERE number = @number
        """;

    // A sequence is given once, also where its incident is gone.
    public const string LastSequence = """
        SELECT MAX(
            COALESCE((SELECT MAX(change_sequence) FROM incidents), 0),
            COALESCE((SELECT MAX(change_sequence) FROM removals), 0),
            COALESCE((SELECT MAX(sequence) FROM watermarks), 0))
        """;

    private const string SelectStored = """
        SELECT i.change_sequence, i.number, i.sys_created_on, i.sys_updated_on, i.texts, i.tech_center, i.priority, i.state, i.resolved_at, i.close_notes, i.reopen_count, i.location, i.cmdb_ci,
            s.combined_incidents_summary, s.content_hash,
            p.predicted_cluster_id, p.predicted_cluster_label, p.predicted_domain_name, p.confidence_score, p.model_table_used, p.predicted_problem_id, p.predicted_problem_label,
            i.arrived_at, s.embedder, p.prediction_timestamp
        FROM incidents AS i
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number

        """;

    public const string FindStored = SelectStored + "WHERE i.number = @number";

    public const string FindOldest = "SELECT MIN(sys_created_on) FROM incidents WHERE sys_created_on >= @from AND sys_created_on < @until";

    public const string ReadOpened = SelectStored + "WHERE i.sys_created_on >= @from AND i.sys_created_on < @until AND i.number > @after ORDER BY i.number LIMIT @limit";

    public const string CountOthersOfText = "SELECT COUNT(*) FROM preprocessed_incidents WHERE content_hash = @contentHash AND number <> @number";

    public const string IsVersion = "SELECT 1 FROM incidents WHERE number = @number AND change_sequence = @sequence";

    public const string DeleteIncident = "DELETE FROM incidents WHERE number = @number";

    public const string UpsertRemoval = """
        INSERT INTO removals (number_hash, change_sequence) VALUES (@numberHash, @sequence)
        ON CONFLICT (number_hash) DO UPDATE SET change_sequence = excluded.change_sequence
        """;

    // What every watermark has passed, no run has still in hand.
    public const string ForgetRemovals = "DELETE FROM removals WHERE change_sequence <= (SELECT MIN(sequence) FROM watermarks)";

    public const string UpsertErasure = """
        INSERT INTO erasures (id, number_sha256, requested_at, requested_by, number, finished_at, removed, problem)
        VALUES (@id, @numberSha256, @requestedAt, @requestedBy, @number, @finishedAt, @removed, @problem)
        ON CONFLICT (id) DO UPDATE SET
            number = excluded.number,
            finished_at = excluded.finished_at,
            removed = excluded.removed,
            problem = excluded.problem
        """;

    private const string SelectErasure = "SELECT id, number_sha256, requested_at, requested_by, number, finished_at, removed, problem FROM erasures";

    public const string FindErasure = SelectErasure + " WHERE id = @id";

    public const string ReadErasures = SelectErasure + " ORDER BY id DESC LIMIT @limit";

    public const string UpsertIncident = """
        INSERT INTO incidents (number, sys_created_on, sys_updated_on, texts, tech_center, change_sequence, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci, arrived_at)
        VALUES (@number, @createdOn, @updatedOn, @texts, @techCenter, @sequence, @priority, @state, @resolvedOn, @closeNotes, @reopenCount, @location, @configurationItem, @arrivedAt)
        ON CONFLICT (number) DO UPDATE SET
            sys_created_on = excluded.sys_created_on,
            sys_updated_on = excluded.sys_updated_on,
            texts = excluded.texts,
            tech_center = excluded.tech_center,
            change_sequence = excluded.change_sequence,
            priority = excluded.priority,
            state = excluded.state,
            resolved_at = excluded.resolved_at,
            close_notes = excluded.close_notes,
            reopen_count = excluded.reopen_count,
            location = excluded.location,
            cmdb_ci = excluded.cmdb_ci,
            arrived_at = excluded.arrived_at
        """;

    public const string ReadChanges = """
        SELECT change_sequence, number, sys_created_on, sys_updated_on, texts, tech_center, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci
        FROM incidents
        WHERE change_sequence > @after
        ORDER BY change_sequence
        LIMIT @limit
        """;

    public const string CountChanges = "SELECT COUNT(*) FROM incidents WHERE change_sequence > @after";

    public const string GetWatermark = "SELECT sequence FROM watermarks WHERE name = @name";

    public const string SetWatermark = """
        INSERT INTO watermarks (name, sequence) VALUES (@name, @sequence)
        ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > watermarks.sequence
        """;

    public const string FindEmbedding = """
        SELECT embedding, number
        FROM preprocessed_incidents
        WHERE content_hash = @contentHash AND embedder = @embedder
        LIMIT 1
        """;

    public const string HasChangedAfter = """
        SELECT 1 FROM incidents WHERE number = @number AND change_sequence > @after
        UNION ALL
        SELECT 1 FROM removals WHERE number_hash = @numberHash AND change_sequence > @after
        """;

    public const string UpsertPreprocessed = """
        INSERT INTO preprocessed_incidents
            (number, sys_created_on, tech_center, content_hash, embedder, combined_incidents_summary, embedding)
        VALUES (@number, @createdOn, @techCenter, @contentHash, @embedder, @summary, @embedding)
        ON CONFLICT (number) DO UPDATE SET
            sys_created_on = excluded.sys_created_on,
            tech_center = excluded.tech_center,
            content_hash = excluded.content_hash,
            embedder = excluded.embedder,
            combined_incidents_summary = excluded.combined_incidents_summary,
            embedding = excluded.embedding
        """;

    public const string DeletePreprocessed = "DELETE FROM preprocessed_incidents WHERE number = @number";

    public const string DeletePrediction = "DELETE FROM incident_predictions WHERE incident_id = @number";

    public const string DeletePredictionOfOtherCenter = """
        DELETE FROM incident_predictions
        WHERE incident_id = @number AND tech_center <> @techCenter
        """;

    public const string DeleteDeadLetter = "DELETE FROM dead_letters WHERE number = @number";

    public const string UpsertDeadLetter = """
        INSERT INTO dead_letters (number, stage, reason) VALUES (@number, @stage, @reason)
        ON CONFLICT (number) DO UPDATE SET stage = excluded.stage, reason = excluded.reason
        """;

    public const string ReadDeadLetters = "SELECT number, stage, reason FROM dead_letters ORDER BY number";

    public const string ListTechCenters = "SELECT DISTINCT tech_center FROM preprocessed_incidents ORDER BY tech_center";

    public const string ReadWindow = """
        SELECT number, sys_created_on, tech_center, content_hash, embedder, combined_incidents_summary, embedding
        FROM preprocessed_incidents
        WHERE tech_center = @techCenter AND embedder = @embedder
            AND (sys_created_on IS NULL OR (sys_created_on >= @from AND sys_created_on < @until))
        ORDER BY number
        """;

    public const string ReadUnpredicted = """
        SELECT i.number, i.sys_created_on, i.tech_center, i.content_hash, i.embedder, i.combined_incidents_summary, i.embedding
        FROM preprocessed_incidents AS i
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.embedder = @embedder
            AND (p.incident_id IS NULL OR p.content_hash <> i.content_hash OR p.model_table_used NOT IN (@modelVersion, @trialVersion) OR p.predicted_problem_id IS NULL)
        ORDER BY i.sys_created_on, i.number
        LIMIT @limit
        """;

    // The WHERE of the SELECT also keeps the grammar of INSERT ... SELECT ... ON CONFLICT unambiguous.
    public const string UpsertPrediction = """
        INSERT INTO incident_predictions
            (incident_id, tech_center, predicted_problem_id, predicted_problem_label, predicted_cluster_id, predicted_cluster_label, predicted_domain_id, predicted_domain_name,
             confidence_score, prediction_timestamp, model_table_used, blob_model_path, content_hash)
        SELECT @incidentId, @techCenter, @problemId, @problemLabel, @clusterId, @clusterLabel, @domainId, @domainName,
             @confidence, @predictedAt, @modelVersion, @modelPath, @contentHash
        FROM preprocessed_incidents
        WHERE number = @incidentId AND content_hash = @contentHash AND tech_center = @techCenter
        ON CONFLICT (incident_id) DO UPDATE SET
            tech_center = excluded.tech_center,
            predicted_problem_id = excluded.predicted_problem_id,
            predicted_problem_label = excluded.predicted_problem_label,
            predicted_cluster_id = excluded.predicted_cluster_id,
            predicted_cluster_label = excluded.predicted_cluster_label,
            predicted_domain_id = excluded.predicted_domain_id,
            predicted_domain_name = excluded.predicted_domain_name,
            confidence_score = excluded.confidence_score,
            prediction_timestamp = excluded.prediction_timestamp,
            model_table_used = excluded.model_table_used,
            blob_model_path = excluded.blob_model_path,
            content_hash = excluded.content_hash
        """;

    public const string ReadPredicted = """
        SELECT p.incident_id, p.tech_center, p.predicted_cluster_id, p.predicted_cluster_label, p.predicted_domain_id, p.predicted_domain_name,
            p.confidence_score, p.prediction_timestamp, p.model_table_used, p.blob_model_path, p.content_hash,
            COALESCE(p.predicted_problem_id, p.predicted_cluster_id), COALESCE(p.predicted_problem_label, p.predicted_cluster_label),
            i.sys_created_on, i.combined_incidents_summary
        FROM incident_predictions AS p
        JOIN preprocessed_incidents AS i ON i.number = p.incident_id
        WHERE @techCenter IS NULL OR p.tech_center = @techCenter
        ORDER BY p.tech_center, p.incident_id
        """;

    // The two highest priorities, as sources write them: "1 - Critical", "P2", "High".
    public const string CountByDay = """
        SELECT p.tech_center, COALESCE(p.predicted_problem_id, p.predicted_cluster_id), substr(i.sys_created_on, 1, 10), COUNT(*),
            COUNT(i.priority), COUNT(CASE WHEN i.priority GLOB '[12]*' OR i.priority GLOB '[pP][12]*' OR lower(i.priority) IN ('critical', 'high') THEN 1 END),
            COUNT(i.reopen_count), COUNT(CASE WHEN i.reopen_count > 0 THEN 1 END),
            COUNT(CASE WHEN i.resolved_at >= i.sys_created_on THEN 1 END),
            TOTAL(CASE WHEN i.resolved_at >= i.sys_created_on THEN 24 * (julianday(i.resolved_at) - julianday(i.sys_created_on)) END)
        FROM incident_predictions AS p
        JOIN incidents AS i ON i.number = p.incident_id
        GROUP BY 1, 2, 3
        """;

    private const string OfProblem = """
        WHERE p.tech_center = @techCenter
            AND (CASE WHEN @ofVariant THEN p.predicted_cluster_id ELSE COALESCE(p.predicted_problem_id, p.predicted_cluster_id) END) = @id
            AND (@from IS NULL OR i.sys_created_on >= @from) AND (@until IS NULL OR i.sys_created_on < @until)
            AND (@priority IS NULL OR i.priority = @priority)

        """;

    public const string CountIncidents = "SELECT COUNT(*) FROM incident_predictions AS p JOIN incidents AS i ON i.number = p.incident_id " + OfProblem;

    // A descending order puts NULL last, an ascending one first.
    public static readonly IReadOnlyDictionary<IncidentSort, string> ReadIncidents = new Dictionary<IncidentSort, string>
    {
        [IncidentSort.Newest] = SelectStored + OfProblem + "ORDER BY i.sys_created_on DESC, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Oldest] = SelectStored + OfProblem + "ORDER BY i.sys_created_on IS NULL, i.sys_created_on, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Confidence] = SelectStored + OfProblem + "ORDER BY p.confidence_score DESC, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Doubtful] = SelectStored + OfProblem + "ORDER BY p.confidence_score, i.number LIMIT @take OFFSET @skip",
    };

    public const string FindOpenTrainingRun = """
        SELECT MAX(id)
        FROM training_runs
        WHERE year = @year AND quarter = @quarter AND request = @request AND closed = 0
        """;

    // By the clock, in milliseconds: other warehouses' runs may publish into the same object store, and a run knows its versions by its id.
    public const string InsertTrainingRun = """
        INSERT INTO training_runs (id, year, quarter, request)
        VALUES (MAX(1 + COALESCE((SELECT MAX(id) FROM training_runs), 0), CAST(1000 * unixepoch('subsec') AS INTEGER)), @year, @quarter, @request)
        RETURNING id
        """;

    public const string ReadFinishedCenters = "SELECT tech_center, outcome FROM training_run_centers WHERE run_id = @runId";

    public const string TrainingRunExists = "SELECT COUNT(*) FROM training_runs WHERE id = @runId";

    public const string FinishTrainingCenter = """
        INSERT INTO training_run_centers (run_id, tech_center, outcome) VALUES (@runId, @techCenter, @outcome)
        ON CONFLICT (run_id, tech_center) DO NOTHING
        """;

    public const string CloseTrainingRun = "UPDATE training_runs SET closed = 1 WHERE id = @runId";

    public const string ReadStatistics = """
        WITH
        source AS (
            SELECT tech_center, COUNT(*) AS incidents, MIN(CASE WHEN sys_created_on >= @earliest THEN sys_created_on END) AS oldest
            FROM incidents GROUP BY tech_center),
        ready AS (
            SELECT tech_center, COUNT(*) AS preprocessed
            FROM preprocessed_incidents GROUP BY tech_center),
        answered AS (
            SELECT tech_center, COUNT(*) AS predicted, SUM(predicted_cluster_id = -1) AS unclustered, MAX(prediction_timestamp) AS newest
            FROM incident_predictions GROUP BY tech_center),
        centers AS (
            SELECT tech_center FROM source UNION SELECT tech_center FROM ready UNION SELECT tech_center FROM answered)
        SELECT centers.tech_center, COALESCE(source.incidents, 0), COALESCE(ready.preprocessed, 0),
            COALESCE(answered.predicted, 0), COALESCE(answered.unclustered, 0), answered.newest, source.oldest
        FROM centers
        LEFT JOIN source ON source.tech_center = centers.tech_center
        LEFT JOIN ready ON ready.tech_center = centers.tech_center
        LEFT JOIN answered ON answered.tech_center = centers.tech_center
        ORDER BY centers.tech_center
        """;

    public const string ReadNewestDates = """
        SELECT sys_created_on
        FROM incidents
        WHERE tech_center = @techCenter AND sys_created_on BETWEEN @earliest AND @latest
        ORDER BY sys_created_on DESC
        LIMIT @limit
        """;

    public const string InsertMeasure = "INSERT INTO measures (time, tech_center, version, name, value) VALUES (@time, @techCenter, @version, @name, @value)";

    public const string ReadMeasures = """
        SELECT time, tech_center, version, name, value
        FROM measures
        WHERE time >= @from AND time < @until AND (@name IS NULL OR name = @name)
        ORDER BY time
        """;

    public const string PurgeMeasures = "DELETE FROM measures WHERE time < @before";

    public const string ReadLags = """
        SELECT i.arrived_at, p.prediction_timestamp
        FROM incidents AS i
        JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.arrived_at > @after AND p.prediction_timestamp >= i.arrived_at
        """;

    public const string FindRecentAlert = "SELECT id FROM alerts WHERE fingerprint = @fingerprint AND raised_at >= @since ORDER BY raised_at DESC LIMIT 1";

    public const string CountAlert = "UPDATE alerts SET times = times + 1, last_at = @lastAt, revision = revision + 1 WHERE id = @id";

    public const string InsertAlert = """
        INSERT INTO alerts (id, fingerprint, raised_at, last_at, times, revision, is_open, record)
        VALUES (@id, @fingerprint, @raisedAt, @lastAt, @times, @revision, @isOpen, @record)
        """;

    public const string UpdateAlert = "UPDATE alerts SET revision = revision + 1, is_open = @isOpen, record = @record WHERE id = @id AND revision = @revision";

    public const string PurgeAlerts = "DELETE FROM alerts WHERE raised_at < @before AND is_open = 0";

    private const string SelectAlert = "SELECT record, last_at, times, revision FROM alerts";

    public const string FindAlert = SelectAlert + " WHERE id = @id";

    public const string ReadAlerts = SelectAlert + " WHERE @openOnly = 0 OR is_open = 1 ORDER BY raised_at DESC, id DESC LIMIT @limit";

    public const string SetSetting = """
        INSERT INTO settings (name, value) VALUES (@name, @value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """;

    public const string GetSetting = "SELECT value FROM settings WHERE name = @name";
}
