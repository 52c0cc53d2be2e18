DECLARE stored_days ARRAY<TIMESTAMP>;
-- What is stored lies on these days: a MERGE that names them reads and bills those days, and not the whole table.
SET stored_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(stored.sys_created_on, DAY) IGNORE NULLS)
    FROM incidents AS stored
    JOIN staging AS staged ON staged.number = stored.number), []);

CREATE TEMP TABLE fresh_incidents AS
SELECT
    staged.number,
    staged.sys_created_on,
    staged.sys_updated_on,
    staged.created_ticks,
    staged.updated_ticks,
    staged.texts,
    staged.tech_center,
    staged.priority,
    staged.state,
    staged.resolved_at,
    staged.resolved_ticks,
    staged.close_notes,
    staged.reopen_count,
    staged.location,
    staged.cmdb_ci,
    staged.row_hash,
    stored.number IS NULL AS is_new,
    GREATEST(
        (SELECT COALESCE(MAX(change_sequence), 0) FROM incidents),
        (SELECT COALESCE(MAX(change_sequence), 0) FROM removals),
        (SELECT COALESCE(MAX(sequence), 0) FROM watermarks)) + ROW_NUMBER() OVER (ORDER BY staged.position) AS change_sequence
FROM staging AS staged
LEFT JOIN (
    SELECT number, row_hash, updated_ticks
    FROM incidents
    WHERE sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(stored_days)) AS stored ON stored.number = staged.number
WHERE stored.number IS NULL
    OR (COALESCE(stored.row_hash <> staged.row_hash, TRUE) AND COALESCE(staged.updated_ticks >= stored.updated_ticks, TRUE));

MERGE INTO incidents AS target
USING fresh_incidents AS source
ON target.number = source.number
    AND (target.sys_created_on IS NULL OR TIMESTAMP_TRUNC(target.sys_created_on, DAY) IN UNNEST(stored_days))
WHEN MATCHED THEN UPDATE SET
    sys_created_on = source.sys_created_on,
    sys_updated_on = source.sys_updated_on,
    created_ticks = source.created_ticks,
    updated_ticks = source.updated_ticks,
    texts = source.texts,
    tech_center = source.tech_center,
    priority = source.priority,
    state = source.state,
    resolved_at = source.resolved_at,
    resolved_ticks = source.resolved_ticks,
    close_notes = source.close_notes,
    reopen_count = source.reopen_count,
    location = source.location,
    cmdb_ci = source.cmdb_ci,
    row_hash = source.row_hash,
    change_sequence = source.change_sequence,
    arrived_at = CURRENT_TIMESTAMP()
WHEN NOT MATCHED THEN INSERT
    (number, sys_created_on, sys_updated_on, created_ticks, updated_ticks, texts, tech_center,
        priority, state, resolved_at, resolved_ticks, close_notes, reopen_count, location, cmdb_ci, row_hash, change_sequence, arrived_at)
    VALUES (source.number, source.sys_created_on, source.sys_updated_on, source.created_ticks, source.updated_ticks,
        source.texts, source.tech_center, source.priority, source.state, source.resolved_at, source.resolved_ticks,
        source.close_notes, source.reopen_count, source.location, source.cmdb_ci, source.row_hash, source.change_sequence, CURRENT_TIMESTAMP());

INSERT INTO incident_arrivals (number, arrived_at)
SELECT number, CURRENT_TIMESTAMP()
FROM fresh_incidents;

SELECT COUNTIF(is_new) AS added, COUNTIF(NOT is_new) AS changed
FROM fresh_incidents;
