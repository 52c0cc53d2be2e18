SELECT incident.number, TIMESTAMP_TRUNC(incident.sys_created_on, DAY) AS day
FROM preprocessed_incidents AS incident
LEFT JOIN incident_predictions AS answered ON answered.incident_id = incident.number
WHERE incident.tech_center = @techCenter AND incident.embedder = @embedder
    AND (answered.incident_id IS NULL OR answered.content_hash <> incident.content_hash OR answered.model_table_used NOT IN (@modelVersion, @trialVersion)
        OR answered.predicted_problem_id IS NULL)
ORDER BY incident.sys_created_on NULLS FIRST, incident.number
LIMIT @limit;
