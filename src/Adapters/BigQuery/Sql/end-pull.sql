-- The watermark moves with what it stands for, and never back: ticks of the newest change that can be.
MERGE INTO settings AS target
USING (SELECT @name AS name, MAX(updated_ticks) AS reached FROM source_rows WHERE sys_updated_on <= @latest) AS source
ON target.name = source.name
WHEN MATCHED AND source.reached > CAST(target.value AS INT64) THEN UPDATE SET value = CAST(source.reached AS STRING)
WHEN NOT MATCHED AND source.reached IS NOT NULL THEN INSERT (name, value) VALUES (source.name, CAST(source.reached AS STRING));

SELECT
    COUNT(*) AS pulled,
    COUNTIF(reason = 'Malformed') AS malformed,
    COUNTIF(reason = 'TooLong') AS too_long,
    COUNTIF(reason = 'InvalidDate') AS invalid_date,
    COUNTIF(reason = 'EmptyText') AS empty_text,
    COUNTIF(reason = 'Superseded') AS superseded,
    (SELECT COUNTIF(is_new) FROM fresh_incidents) AS added,
    (SELECT COUNTIF(NOT is_new) FROM fresh_incidents) AS changed,
    (SELECT CAST(MAX(value) AS INT64) FROM settings WHERE name = @name) AS reached_ticks
FROM source_rows;
