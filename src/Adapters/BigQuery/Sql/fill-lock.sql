-- The lock has one row, without which no transaction would meet another.
INSERT INTO write_lock (version)
SELECT first_version
FROM UNNEST([0]) AS first_version
WHERE NOT EXISTS (SELECT 1 FROM write_lock);
