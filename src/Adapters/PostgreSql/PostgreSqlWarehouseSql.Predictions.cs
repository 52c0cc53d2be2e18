namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of predictions, and the counts over all tables.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string DeletePredictions = "DELETE FROM incident_predictions WHERE incident_id = ANY(@numbers)";

    private const string SelectUnpredicted = """
        SELECT i.number, i.created_ticks, i.tech_center, i.content_hash, i.embedder, i.combined_incidents_summary, i.embedding
        FROM preprocessed_incidents AS i
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.embedder = @embedder
            AND (p.incident_id IS NULL OR p.content_hash <> i.content_hash OR p.model_table_used NOT IN (@modelVersion, @trialVersion))

        """;

    // As the index has them.
    private const string OldestFirst = "ORDER BY i.created_ticks NULLS FIRST, i.number LIMIT @limit";

    public const string ReadUnpredicted = SelectUnpredicted + OldestFirst;

    public const string ReadUnpredictedAfter = SelectUnpredicted + "AND (i.created_ticks, i.number) > (@afterDate, @afterNumber) " + OldestFirst;

    public const string ReadUnpredictedWithoutDate = SelectUnpredicted + "AND i.created_ticks IS NULL AND i.number > @afterNumber " + OldestFirst;

    private const string CurrentPredictions = """
        WITH input AS (
            SELECT i.*
            FROM unnest(@incidentId, @techCenter, @problemId, @problemLabel, @clusterId, @clusterLabel, @domainId, @domainName, @confidence, @predicted, @modelVersion, @modelPath, @contentHash) WITH ORDINALITY
                AS i (incident_id, tech_center, problem_id, problem_label, cluster_id, cluster_label, domain_id, domain_name, confidence, predicted, model_version, model_path, content_hash, line)
            JOIN preprocessed_incidents AS s ON s.number = i.incident_id AND s.content_hash = i.content_hash AND s.tech_center = i.tech_center)

        """;

    public const string ChangePredictions = CurrentPredictions + """
        UPDATE incident_predictions AS p SET
            tech_center = i.tech_center, predicted_problem_id = i.problem_id, predicted_problem_label = i.problem_label, predicted_cluster_id = i.cluster_id, predicted_cluster_label = i.cluster_label,
            predicted_domain_id = i.domain_id, predicted_domain_name = i.domain_name, confidence_score = i.confidence, predicted_ticks = i.predicted, model_table_used = i.model_version,
            blob_model_path = i.model_path, content_hash = i.content_hash
        FROM input AS i
        WHERE p.incident_id = i.incident_id
        """;

    public const string AddPredictions = CurrentPredictions + """
        INSERT INTO incident_predictions
            (incident_id, tech_center, predicted_problem_id, predicted_problem_label, predicted_cluster_id, predicted_cluster_label, predicted_domain_id, predicted_domain_name,
             confidence_score, predicted_ticks, model_table_used, blob_model_path, content_hash)
        SELECT i.incident_id, i.tech_center, i.problem_id, i.problem_label, i.cluster_id, i.cluster_label, i.domain_id, i.domain_name, i.confidence, i.predicted, i.model_version, i.model_path, i.content_hash
        FROM input AS i
        WHERE NOT EXISTS (SELECT 1 FROM incident_predictions AS p WHERE p.incident_id = i.incident_id)
        ORDER BY i.line
        """;

    public const string ReadPredicted = """
        SELECT p.incident_id, p.tech_center, p.predicted_cluster_id, p.predicted_cluster_label, p.predicted_domain_id, p.predicted_domain_name,
            p.confidence_score, p.predicted_ticks, p.model_table_used, p.blob_model_path, p.content_hash, p.predicted_problem_id, p.predicted_problem_label,
            i.created_ticks, i.combined_incidents_summary
        FROM incident_predictions AS p
        JOIN preprocessed_incidents AS i ON i.number = p.incident_id
        WHERE @techCenter IS NULL OR p.tech_center = @techCenter
        ORDER BY p.tech_center, p.incident_id
        """;

    public const string ReadAnswered = """
        SELECT p.incident_id, i.created_ticks, i.priority, p.predicted_problem_id, p.model_table_used, p.content_hash
        FROM incident_predictions AS p
        JOIN incidents AS i ON i.number = p.incident_id
        WHERE p.tech_center = @techCenter
        ORDER BY p.incident_id
        """;

    public const string CountByDay = """
        SELECT tech_center, problem_id, CASE WHEN day >= 0 THEN date '0001-01-01' + day END, incidents, prioritised, urgent, followed, reopened, resolved, resolving_ms / 3.6e6::double precision
        FROM problem_days
        """;

    public const string ReadStatistics = """
        WITH
        source AS (
            SELECT tech_center, COUNT(*) AS incidents, MIN(created_ticks) FILTER (WHERE created_ticks >= @earliest) AS oldest
            FROM incidents GROUP BY tech_center),
        ready AS (
            SELECT tech_center, COUNT(*) AS preprocessed
            FROM preprocessed_incidents GROUP BY tech_center),
        answered AS (
            SELECT tech_center, COUNT(*) AS predicted, COUNT(*) FILTER (WHERE predicted_cluster_id = -1) AS unclustered, MAX(predicted_ticks) AS newest
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
        SELECT c.tech_center, d.created_ticks
        FROM unnest(@techCenters, @depths) AS c (tech_center, depth)
        CROSS JOIN LATERAL (
            SELECT i.created_ticks
            FROM incidents AS i
            WHERE i.tech_center = c.tech_center AND i.created_ticks BETWEEN @earliest AND @latest
            ORDER BY i.created_ticks DESC
            LIMIT c.depth) AS d
        ORDER BY c.tech_center, d.created_ticks DESC
        """;
}
