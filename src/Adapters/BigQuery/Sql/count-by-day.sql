-- Ticks of 100 ns: a day has 864,000,000,000.
SELECT
    answered.tech_center,
    COALESCE(answered.predicted_problem_id, answered.predicted_cluster_id) AS problem_id,
    DIV(incident.created_ticks, 864000000000) * 864000000000 AS day_ticks,
    COUNT(*) AS incidents,
    COUNT(incident.priority) AS prioritised,
    COUNTIF(REGEXP_CONTAINS(incident.priority, r'^([12]|[pP][12])') OR LOWER(incident.priority) IN ('critical', 'high')) AS urgent,
    COUNT(incident.reopen_count) AS followed,
    COUNTIF(incident.reopen_count > 0) AS reopened,
    COUNTIF(incident.resolved_ticks >= incident.created_ticks) AS resolved,
    COALESCE(SUM(IF(incident.resolved_ticks >= incident.created_ticks, (incident.resolved_ticks - incident.created_ticks) / 36000000000, 0)), 0) AS hours_to_resolve
FROM incident_predictions AS answered
JOIN incidents AS incident ON incident.number = answered.incident_id
GROUP BY tech_center, problem_id, day_ticks;
