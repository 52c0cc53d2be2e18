SELECT answered.incident_id, incident.created_ticks, incident.priority,
    COALESCE(answered.predicted_problem_id, answered.predicted_cluster_id) AS predicted_problem_id,
    answered.model_table_used, COALESCE(answered.content_hash, '') AS content_hash
FROM incident_predictions AS answered
JOIN incidents AS incident ON incident.number = answered.incident_id
WHERE answered.tech_center = @techCenter
ORDER BY answered.incident_id;
