INSERT INTO training_runs (id, year, quarter, request, closed)
SELECT (SELECT GREATEST(COALESCE(MAX(id), 0) + 1, UNIX_MILLIS(CURRENT_TIMESTAMP())) FROM training_runs), asked.year, asked.quarter, asked.request, FALSE
FROM UNNEST([STRUCT(@year AS year, @quarter AS quarter, @request AS request)]) AS asked
WHERE NOT EXISTS (
    SELECT 1
    FROM training_runs AS run
    WHERE run.year = asked.year AND run.quarter = asked.quarter AND run.request = asked.request AND NOT run.closed);

SELECT run.id, center.tech_center, center.outcome
FROM (
    SELECT MAX(id) AS id
    FROM training_runs
    WHERE year = @year AND quarter = @quarter AND request = @request AND NOT closed) AS run
LEFT JOIN training_run_centers AS center ON center.run_id = run.id;
