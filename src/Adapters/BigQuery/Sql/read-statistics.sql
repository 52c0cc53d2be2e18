WITH
source AS (
    SELECT tech_center, COUNT(*) AS incidents, MAX(created_ticks) AS newest, MIN(created_ticks) AS oldest
    FROM incidents
    GROUP BY tech_center),
ready AS (
    SELECT tech_center, COUNT(*) AS preprocessed
    FROM preprocessed_incidents
    GROUP BY tech_center),
answered AS (
    SELECT tech_center, COUNT(*) AS predicted, COUNTIF(predicted_cluster_id = -1) AS unclustered, MAX(predicted_ticks) AS newest
    FROM incident_predictions
    GROUP BY tech_center),
centers AS (
    SELECT tech_center FROM source
    UNION DISTINCT
    SELECT tech_center FROM ready
    UNION DISTINCT
    SELECT tech_center FROM answered)
SELECT
    centers.tech_center,
    COALESCE(source.incidents, 0) AS incidents,
    COALESCE(ready.preprocessed, 0) AS preprocessed,
    COALESCE(answered.predicted, 0) AS predicted,
    COALESCE(answered.unclustered, 0) AS unclustered,
    source.newest AS newest_incident,
    answered.newest AS newest_prediction,
    source.oldest AS oldest_incident
FROM centers
LEFT JOIN source ON source.tech_center = centers.tech_center
LEFT JOIN ready ON ready.tech_center = centers.tech_center
LEFT JOIN answered ON answered.tech_center = centers.tech_center
ORDER BY centers.tech_center;
