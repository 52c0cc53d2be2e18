namespace Pipeline.Adapters.Local;

/// <content>The statements of predictions, and the counts over all tables.</content>
internal static partial class SqliteWarehouseSql
{
    public const string DeletePrediction = "DELETE FROM incident_predictions WHERE incident_id = @number";

    public const string DeletePredictionOfOtherCenter = """
        DELETE FROM incident_predictions
        WHERE incident_id = @number AND tech_center <> @techCenter
        """;

    private const string SelectUnpredicted = """
        SELECT i.number, i.sys_created_on, i.tech_center, i.content_hash, i.embedder, i.combined_incidents_summary, i.embedding
        FROM preprocessed_incidents AS i
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.embedder = @embedder
            AND (p.incident_id IS NULL OR p.content_hash <> i.content_hash OR p.model_table_used NOT IN (@modelVersion, @trialVersion) OR p.predicted_problem_id IS NULL)

        """;

    // As the index has them.
    private const string OldestFirst = "ORDER BY i.sys_created_on, i.number LIMIT @limit";

    public const string ReadUnpredicted = SelectUnpredicted + OldestFirst;

    public const string ReadUnpredictedAfter = SelectUnpredicted + "AND (i.sys_created_on, i.number) > (@afterDate, @afterNumber) " + OldestFirst;

    public const string ReadUnpredictedWithoutDate = SelectUnpredicted + "AND i.sys_created_on IS NULL AND i.number > @afterNumber " + OldestFirst;

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

    public const string ReadAnswered = """
        SELECT p.incident_id, i.sys_created_on, i.priority, COALESCE(p.predicted_problem_id, p.predicted_cluster_id), p.model_table_used, p.content_hash
        FROM incident_predictions AS p
        JOIN incidents AS i ON i.number = p.incident_id
        WHERE p.tech_center = @techCenter
        ORDER BY p.incident_id
        """;

    public const string ReadPredictedDates = """
        SELECT COALESCE(p.predicted_problem_id, p.predicted_cluster_id), p.predicted_cluster_id, i.sys_created_on
        FROM incident_predictions AS p
        JOIN preprocessed_incidents AS i ON i.number = p.incident_id
        WHERE p.tech_center = @techCenter
        """;

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
}
