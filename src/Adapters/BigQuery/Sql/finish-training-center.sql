MERGE INTO training_run_centers AS target
USING (
    SELECT id AS run_id, @techCenter AS tech_center, @outcome AS outcome
    FROM training_runs
    WHERE id = @runId) AS source
ON target.run_id = source.run_id AND target.tech_center = source.tech_center
WHEN NOT MATCHED THEN INSERT (run_id, tech_center, outcome) VALUES (source.run_id, source.tech_center, source.outcome);

SELECT COUNT(*) AS runs
FROM training_runs
WHERE id = @runId;
