UPDATE training_runs SET closed = TRUE WHERE id = @runId;

SELECT COUNT(*) AS runs
FROM training_runs
WHERE id = @runId;
