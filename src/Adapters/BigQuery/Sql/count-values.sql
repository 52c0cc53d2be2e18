-- The values of the columns beside the text, each with its counts; on the row of place -1 the incidents that were read.
WITH newest AS (
    SELECT stored.number, stored.priority, stored.cmdb_ci, stored.location
    FROM incidents AS stored
    WHERE stored.tech_center = @techCenter
    ORDER BY COALESCE(stored.created_ticks, -1) DESC
    LIMIT @most),
answered AS (
    SELECT
        newest.priority,
        newest.cmdb_ci,
        newest.location,
        IF(COALESCE(answers.predicted_problem_id, answers.predicted_cluster_id) = @problemId, 1, 0) AS own
    FROM newest
    JOIN incident_predictions AS answers ON answers.incident_id = newest.number
    WHERE answers.tech_center = @techCenter),
counted AS (
    SELECT 0 AS place, priority AS value, COUNT(*) AS incidents, SUM(own) AS of_problem FROM answered WHERE priority <> '' GROUP BY priority
    UNION ALL
    SELECT 1 AS place, cmdb_ci AS value, COUNT(*) AS incidents, SUM(own) AS of_problem FROM answered WHERE cmdb_ci <> '' GROUP BY cmdb_ci
    UNION ALL
    SELECT 2 AS place, location AS value, COUNT(*) AS incidents, SUM(own) AS of_problem FROM answered WHERE location <> '' GROUP BY location),
ordered AS (
    SELECT
        place,
        value,
        incidents,
        of_problem,
        SUM(incidents) OVER (PARTITION BY place) AS known,
        SUM(of_problem) OVER (PARTITION BY place) AS known_of_problem,
        ROW_NUMBER() OVER (PARTITION BY place ORDER BY incidents DESC, value) AS position
    FROM counted)
SELECT -1 AS place, '' AS value, COUNT(*) AS incidents, COALESCE(SUM(own), 0) AS of_problem, 0 AS known, 0 AS known_of_problem FROM answered
UNION ALL
SELECT place, value, incidents, of_problem, known, known_of_problem FROM ordered WHERE position <= @mostValues;
