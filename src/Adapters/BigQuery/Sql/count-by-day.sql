-- Ticks of 100 ns: a day has 864,000,000,000.
SELECT
    answered.tech_center,
    COALESCE(answered.predicted_problem_id, answered.predicted_cluster_id) AS problem_id,
    DIV(incident.created_ticks, 864000000000) * 864000000000 AS day_ticks,
    COUNT(*) AS incidents
FROM incident_predictions AS answered
JOIN incidents AS incident ON incident.number = answered.incident_id
GROUP BY tech_center, problem_id, day_ticks;
