SELECT COUNT(*) AS waiting
FROM incidents
WHERE change_sequence > @after;
