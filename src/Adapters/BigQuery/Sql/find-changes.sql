-- The days and the last sequence of the next changes: reading the texts of those days alone costs less than of all.
-- Rows that others wrote have no sequence yet.
SELECT
    COUNT(*) AS found,
    MAX(change_sequence) AS last_sequence,
    ARRAY_AGG(DISTINCT TIMESTAMP_TRUNC(sys_created_on, DAY) IGNORE NULLS) AS days,
    (SELECT COUNT(*) FROM incidents WHERE change_sequence IS NULL) AS unnumbered
FROM (
    SELECT change_sequence, sys_created_on
    FROM incidents
    WHERE change_sequence > @after
    ORDER BY change_sequence
    LIMIT @limit);
