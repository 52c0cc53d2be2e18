DECLARE stored_days ARRAY<TIMESTAMP>;
-- Rows that others wrote get the sequence that makes them changes, and the ticks that the program reads.
SET stored_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(sys_created_on, DAY) IGNORE NULLS)
    FROM incidents
    WHERE change_sequence IS NULL), []);

CREATE TEMP TABLE others_rows AS
SELECT
    number,
    GREATEST(
        (SELECT COALESCE(MAX(change_sequence), 0) FROM incidents),
        (SELECT COALESCE(MAX(change_sequence), 0) FROM removals),
        (SELECT COALESCE(MAX(sequence), 0) FROM watermarks)) + ROW_NUMBER() OVER (ORDER BY number) AS change_sequence
FROM (
    SELECT DISTINCT number
    FROM incidents
    WHERE change_sequence IS NULL);

UPDATE incidents AS target SET
    change_sequence = source.change_sequence,
    arrived_at = CURRENT_TIMESTAMP(),
    created_ticks = COALESCE(target.created_ticks, UNIX_MICROS(target.sys_created_on) * 10 + 621355968000000000),
    updated_ticks = COALESCE(target.updated_ticks, UNIX_MICROS(target.sys_updated_on) * 10 + 621355968000000000),
    resolved_ticks = COALESCE(target.resolved_ticks, UNIX_MICROS(target.resolved_at) * 10 + 621355968000000000)
FROM others_rows AS source
WHERE target.number = source.number AND target.change_sequence IS NULL
    AND (target.sys_created_on IS NULL OR TIMESTAMP_TRUNC(target.sys_created_on, DAY) IN UNNEST(stored_days));

INSERT INTO incident_arrivals (number, arrived_at)
SELECT number, CURRENT_TIMESTAMP()
FROM others_rows;
