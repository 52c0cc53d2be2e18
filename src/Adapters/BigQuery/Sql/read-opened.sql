-- The days choose the partitions, the ticks the rows.
SELECT
    -- stored-columns
FROM incidents AS stored
LEFT JOIN preprocessed_incidents AS summaries ON summaries.number = stored.number AND (summaries.sys_created_on IS NULL OR summaries.sys_created_on BETWEEN @firstInstant AND @lastInstant)
LEFT JOIN incident_predictions AS answers ON answers.incident_id = stored.number
WHERE stored.sys_created_on BETWEEN @firstInstant AND @lastInstant
    AND stored.created_ticks >= @fromTicks AND stored.created_ticks < @untilTicks
    AND stored.number > @afterNumber
ORDER BY number
LIMIT @limit;
