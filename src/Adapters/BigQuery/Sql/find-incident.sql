-- Reads these columns of all rows: a number tells no day.
SELECT
    -- stored-columns
FROM incidents AS stored
LEFT JOIN preprocessed_incidents AS summaries ON summaries.number = stored.number
LEFT JOIN incident_predictions AS answers ON answers.incident_id = stored.number
WHERE stored.number = @number;
