-- The days and the last sequence of the next changes: reading the texts of those days alone costs less than of all.
SELECT COUNT(*) AS found, MAX(change_sequence) AS last_sequence, MIN(sys_created_on) AS first_day, MAX(sys_created_on) AS last_day
FROM (
    SELECT change_sequence, sys_created_on
    FROM incidents
    WHERE change_sequence > @after
    ORDER BY change_sequence
    LIMIT @limit);
