-- Ticks of 100 ns: a day has 864,000,000,000. The two highest priorities are those that sources write as "1 - Critical", "P2" or "High".
SELECT
    answered.tech_center,
    COALESCE(answered.predicted_problem_id, answered.predicted_cluster_id) AS problem_id,
    DIV(incident.created_ticks, 864000000000) * 864000000000 AS day_ticks,
    COUNT(*) AS incidents,
    COUNT(incident.priority) AS prioritised,
    COUNT(CASE WHEN SUBSTR(incident.priority, 1, 1) IN ('1', '2') OR SUBSTR(LOWER(incident.priority), 1, 2) IN ('p1', 'p2') OR LOWER(incident.priority) IN ('critical', 'high') THEN 1 END) AS urgent,
    COUNT(incident.reopen_count) AS followed,
    COUNTIF(incident.reopen_count > 0) AS reopened,
    COUNTIF(incident.resolved_ticks >= incident.created_ticks) AS resolved,
    COALESCE(SUM(CASE WHEN incident.resolved_ticks >= incident.created_ticks THEN (incident.resolved_ticks - incident.created_ticks) / 36000000000 END), 0) AS hours_to_resolve
FROM incident_predictions AS answered
JOIN incidents AS incident ON incident.number = answered.incident_id
GROUP BY 1, 2, 3;
