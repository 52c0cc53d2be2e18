DECLARE made_days ARRAY<TIMESTAMP>;
DECLARE answered_days ARRAY<TIMESTAMP>;
-- The days of what is stored, and of the predictions that go: a MERGE reads and bills those days, and not the whole table.
SET made_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(made.sys_created_on, DAY) IGNORE NULLS)
    FROM preprocessed_incidents AS made
    JOIN staging AS staged ON staged.number = made.number), []);

SET answered_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(answered.prediction_timestamp, DAY) IGNORE NULLS)
    FROM incident_predictions AS answered
    JOIN staging AS staged ON staged.number = answered.incident_id AND (staged.reason IS NOT NULL OR staged.tech_center <> answered.tech_center)), []);

-- What was made of an incident that has changed or gone meanwhile is left out: its newer text is another batch's.
CREATE TEMP TABLE current_rows AS
SELECT staged.*
FROM staging AS staged
LEFT JOIN incidents AS stored ON stored.number = staged.number
LEFT JOIN removals AS removed ON removed.number_hash = TO_HEX(SHA256(staged.number))
WHERE COALESCE(stored.change_sequence, 0) <= @watermark AND COALESCE(removed.change_sequence, 0) <= @watermark;

-- A row with a reason is a dead letter.
MERGE INTO preprocessed_incidents AS target
USING current_rows AS source
ON target.number = source.number
    AND (target.sys_created_on IS NULL OR TIMESTAMP_TRUNC(target.sys_created_on, DAY) IN UNNEST(made_days))
WHEN MATCHED AND source.reason IS NOT NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET
    sys_created_on = source.sys_created_on,
    created_ticks = source.created_ticks,
    tech_center = source.tech_center,
    content_hash = source.content_hash,
    embedder = source.embedder,
    combined_incidents_summary = source.combined_incidents_summary,
    embedding = source.embedding,
    embedding_bytes = source.embedding_bytes
WHEN NOT MATCHED AND source.reason IS NULL THEN INSERT
    (number, sys_created_on, created_ticks, tech_center, content_hash, embedder, combined_incidents_summary, embedding, embedding_bytes)
    VALUES (source.number, source.sys_created_on, source.created_ticks, source.tech_center, source.content_hash,
        source.embedder, source.combined_incidents_summary, source.embedding, source.embedding_bytes);

-- What a search reads of it lies on the day of its summary.
MERGE INTO search_entries AS target
USING current_rows AS source
ON target.number = source.number
    AND (target.sys_created_on IS NULL OR TIMESTAMP_TRUNC(target.sys_created_on, DAY) IN UNNEST(made_days))
WHEN MATCHED AND source.reason IS NOT NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET
    sys_created_on = source.sys_created_on,
    created_ticks = source.created_ticks,
    tech_center = source.tech_center,
    content_hash = source.content_hash,
    embedder = source.embedder,
    words = source.words,
    word_count = source.word_count,
    codes = source.codes
WHEN NOT MATCHED AND source.reason IS NULL THEN INSERT
    (number, sys_created_on, created_ticks, tech_center, content_hash, embedder, words, word_count, codes)
    VALUES (source.number, source.sys_created_on, source.created_ticks, source.tech_center, source.content_hash,
        source.embedder, source.words, source.word_count, source.codes);

MERGE INTO incident_predictions AS target
USING current_rows AS source
ON target.incident_id = source.number
    AND TIMESTAMP_TRUNC(target.prediction_timestamp, DAY) IN UNNEST(answered_days)
WHEN MATCHED AND (source.reason IS NOT NULL OR source.tech_center <> target.tech_center) THEN DELETE;

MERGE INTO dead_letters AS target
USING current_rows AS source
ON target.number = source.number
WHEN MATCHED AND source.reason IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET stage = source.stage, reason = source.reason
WHEN NOT MATCHED AND source.reason IS NOT NULL THEN INSERT (number, stage, reason) VALUES (source.number, source.stage, source.reason);
