-- Rows that others wrote have no sequence yet.
SELECT COUNT(*) AS waiting
FROM incidents
WHERE change_sequence > @after OR change_sequence IS NULL;
