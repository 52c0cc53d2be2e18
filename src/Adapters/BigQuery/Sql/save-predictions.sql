DECLARE made_days ARRAY<TIMESTAMP>;
DECLARE answered_days ARRAY<TIMESTAMP>;
-- The days of the texts, and of the earlier predictions: they are read and billed, and not the whole tables.
SET made_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(made.sys_created_on, DAY) IGNORE NULLS)
    FROM preprocessed_incidents AS made
    JOIN staging AS staged ON staged.incident_id = made.number), []);

SET answered_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(answered.prediction_timestamp, DAY) IGNORE NULLS)
    FROM incident_predictions AS answered
    JOIN staging AS staged ON staged.incident_id = answered.incident_id), []);

MERGE INTO incident_predictions AS target
USING (
    SELECT staged.*
    FROM staging AS staged
    JOIN preprocessed_incidents AS incident
        ON incident.number = staged.incident_id
        AND incident.content_hash = staged.content_hash
        AND incident.tech_center = staged.tech_center
    WHERE incident.sys_created_on IS NULL OR TIMESTAMP_TRUNC(incident.sys_created_on, DAY) IN UNNEST(made_days)) AS source
ON target.incident_id = source.incident_id
    AND TIMESTAMP_TRUNC(target.prediction_timestamp, DAY) IN UNNEST(answered_days)
WHEN MATCHED THEN UPDATE SET
    tech_center = source.tech_center,
    predicted_problem_id = source.predicted_problem_id,
    predicted_problem_label = source.predicted_problem_label,
    predicted_cluster_id = source.predicted_cluster_id,
    predicted_cluster_label = source.predicted_cluster_label,
    predicted_domain_id = source.predicted_domain_id,
    predicted_domain_name = source.predicted_domain_name,
    confidence_score = source.confidence_score,
    prediction_timestamp = source.prediction_timestamp,
    predicted_ticks = source.predicted_ticks,
    model_table_used = source.model_table_used,
    blob_model_path = source.blob_model_path,
    content_hash = source.content_hash
WHEN NOT MATCHED THEN INSERT
    (incident_id, tech_center, predicted_problem_id, predicted_problem_label, predicted_cluster_id, predicted_cluster_label,
        predicted_domain_id, predicted_domain_name, confidence_score, prediction_timestamp, predicted_ticks, model_table_used, blob_model_path, content_hash)
    VALUES (source.incident_id, source.tech_center, source.predicted_problem_id, source.predicted_problem_label,
        source.predicted_cluster_id, source.predicted_cluster_label,
        source.predicted_domain_id, source.predicted_domain_name, source.confidence_score, source.prediction_timestamp,
        source.predicted_ticks, source.model_table_used, source.blob_model_path, source.content_hash);
