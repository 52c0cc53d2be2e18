SELECT answered.incident_id, answered.tech_center,
    COALESCE(answered.predicted_problem_id, answered.predicted_cluster_id) AS predicted_problem_id,
    COALESCE(answered.predicted_problem_label, answered.predicted_cluster_label) AS predicted_problem_label,
    answered.predicted_cluster_id, answered.predicted_cluster_label,
    answered.predicted_domain_id, answered.predicted_domain_name, answered.confidence_score,
    COALESCE(answered.predicted_ticks, UNIX_MICROS(answered.prediction_timestamp) * 10 + 621355968000000000) AS predicted_ticks,
    answered.model_table_used, answered.blob_model_path, COALESCE(answered.content_hash, '') AS content_hash,
    incident.created_ticks, incident.combined_incidents_summary
FROM incident_predictions AS answered
JOIN preprocessed_incidents AS incident ON incident.number = answered.incident_id
WHERE @techCenter IS NULL OR answered.tech_center = @techCenter
ORDER BY answered.tech_center, answered.incident_id;
