-- Reads these columns of all rows: a number tells no day.
SELECT
    COALESCE(stored.change_sequence, 0) AS change_sequence,
    stored.number,
    stored.created_ticks,
    stored.updated_ticks,
    stored.texts,
    stored.tech_center,
    stored.priority,
    stored.state,
    stored.resolved_ticks,
    stored.close_notes,
    stored.reopen_count,
    stored.location,
    stored.cmdb_ci,
    summaries.combined_incidents_summary AS optional_summary,
    summaries.content_hash AS optional_hash,
    summaries.embedder AS optional_embedder,
    answers.predicted_cluster_id AS optional_cluster_id,
    answers.predicted_cluster_label AS optional_label,
    answers.predicted_problem_id AS optional_problem_id,
    answers.predicted_problem_label AS optional_problem,
    answers.predicted_domain_name AS optional_domain,
    answers.confidence_score AS optional_confidence,
    answers.model_table_used AS optional_model,
    answers.predicted_ticks AS optional_predicted_ticks
FROM incidents AS stored
LEFT JOIN preprocessed_incidents AS summaries ON summaries.number = stored.number
LEFT JOIN incident_predictions AS answers ON answers.incident_id = stored.number
WHERE stored.number = @number;
