DECLARE stored_days ARRAY<TIMESTAMP>;
DECLARE made_days ARRAY<TIMESTAMP>;
DECLARE answered_days ARRAY<TIMESTAMP>;
-- Incidents in the versions that were read, and those that are to go whatever their version.
CREATE TEMP TABLE leaving AS
SELECT number
FROM incidents
WHERE CONCAT(CAST(change_sequence AS STRING), ':', number) IN UNNEST(@versions)
UNION DISTINCT
SELECT number
FROM UNNEST(@numbers) AS number;

-- A DELETE bills all columns of the partitions that it reads: so the days are found first.
SET stored_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(sys_created_on, DAY) IGNORE NULLS)
    FROM incidents
    WHERE number IN (SELECT number FROM leaving)), []);

SET made_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(sys_created_on, DAY) IGNORE NULLS)
    FROM preprocessed_incidents
    WHERE number IN (SELECT number FROM leaving)), []);

SET answered_days = IFNULL((
    SELECT ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(prediction_timestamp, DAY) IGNORE NULLS)
    FROM incident_predictions
    WHERE incident_id IN (SELECT number FROM leaving)), []);

CREATE TEMP TABLE leaving_rows AS
SELECT
    (SELECT COUNT(*) FROM incidents WHERE number IN (SELECT number FROM leaving)) AS incidents,
    (SELECT COUNT(*) FROM preprocessed_incidents WHERE number IN (SELECT number FROM leaving)) AS preprocessed,
    (SELECT COUNT(*) FROM incident_predictions WHERE incident_id IN (SELECT number FROM leaving)) AS predicted,
    (SELECT COUNT(*) FROM dead_letters WHERE number IN (SELECT number FROM leaving)) AS kept_aside;

-- A removal is a change: it gets a sequence, and no run that read the incident before stores anything of it.
MERGE INTO removals AS target
USING (
    SELECT
        TO_HEX(SHA256(number)) AS number_hash,
        GREATEST(
            (SELECT COALESCE(MAX(change_sequence), 0) FROM incidents),
            (SELECT COALESCE(MAX(change_sequence), 0) FROM removals),
            (SELECT COALESCE(MAX(sequence), 0) FROM watermarks)) + ROW_NUMBER() OVER (ORDER BY number) AS change_sequence
    FROM leaving) AS source
ON target.number_hash = source.number_hash
WHEN MATCHED THEN UPDATE SET change_sequence = source.change_sequence
WHEN NOT MATCHED THEN INSERT (number_hash, change_sequence) VALUES (source.number_hash, source.change_sequence);

DELETE FROM incidents
WHERE number IN (SELECT number FROM leaving) AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(stored_days));

DELETE FROM preprocessed_incidents
WHERE number IN (SELECT number FROM leaving) AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(made_days));

DELETE FROM search_entries
WHERE number IN (SELECT number FROM leaving) AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(made_days));

DELETE FROM incident_predictions
WHERE incident_id IN (SELECT number FROM leaving) AND TIMESTAMP_TRUNC(prediction_timestamp, DAY) IN UNNEST(answered_days);

DELETE FROM dead_letters WHERE number IN (SELECT number FROM leaving);

DELETE FROM incident_arrivals WHERE number IN (SELECT number FROM leaving);

-- What every watermark has passed, no run has still in hand.
DELETE FROM removals WHERE change_sequence <= (SELECT MIN(sequence) FROM watermarks);

SELECT incidents, preprocessed, predicted, kept_aside
FROM leaving_rows;
