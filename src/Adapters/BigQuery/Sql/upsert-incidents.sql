CREATE TEMP TABLE fresh_incidents AS
SELECT
    staged.number,
    staged.sys_created_on,
    staged.sys_updated_on,
    staged.created_ticks,
    staged.updated_ticks,
    staged.texts,
    staged.tech_center,
    staged.row_hash,
    stored.number IS NULL AS is_new,
    GREATEST(
        (SELECT COALESCE(MAX(change_sequence), 0) FROM incidents),
        (SELECT COALESCE(MAX(change_sequence), 0) FROM removals),
        (SELECT COALESCE(MAX(sequence), 0) FROM watermarks)) + ROW_NUMBER() OVER (ORDER BY staged.position) AS change_sequence
FROM staging AS staged
LEFT JOIN incidents AS stored ON stored.number = staged.number
WHERE stored.number IS NULL
    OR (stored.row_hash <> staged.row_hash AND COALESCE(staged.updated_ticks >= stored.updated_ticks, TRUE));

MERGE INTO incidents AS target
USING fresh_incidents AS source
ON target.number = source.number
WHEN MATCHED THEN UPDATE SET
    sys_created_on = source.sys_created_on,
    sys_updated_on = source.sys_updated_on,
    created_ticks = source.created_ticks,
    updated_ticks = source.updated_ticks,
    texts = source.texts,
    tech_center = source.tech_center,
    row_hash = source.row_hash,
    change_sequence = source.change_sequence
WHEN NOT MATCHED THEN INSERT
    (number, sys_created_on, sys_updated_on, created_ticks, updated_ticks, texts, tech_center, row_hash, change_sequence)
    VALUES (source.number, source.sys_created_on, source.sys_updated_on, source.created_ticks, source.updated_ticks,
        source.texts, source.tech_center, source.row_hash, source.change_sequence);

INSERT INTO incident_arrivals (number, arrived_at)
SELECT number, CURRENT_TIMESTAMP()
FROM fresh_incidents;

SELECT COUNTIF(is_new) AS added, COUNTIF(NOT is_new) AS changed
FROM fresh_incidents;
