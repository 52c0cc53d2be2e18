-- What a search found, of the days on which it lies.
SELECT
    -- stored-columns
FROM incidents AS stored
JOIN preprocessed_incidents AS summaries ON summaries.number = stored.number AND (summaries.sys_created_on IS NULL OR TIMESTAMP_TRUNC(summaries.sys_created_on, DAY) IN UNNEST(@days))
LEFT JOIN incident_predictions AS answers ON answers.incident_id = stored.number
WHERE stored.number IN UNNEST(@numbers) AND (stored.sys_created_on IS NULL OR TIMESTAMP_TRUNC(stored.sys_created_on, DAY) IN UNNEST(@days));
