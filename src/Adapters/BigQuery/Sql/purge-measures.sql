CREATE TEMP TABLE old_measures AS
SELECT COUNT(*) AS purged
FROM measures
WHERE time < @before;

DELETE FROM measures
WHERE time < @before;

DELETE FROM incident_arrivals
WHERE arrived_at < @before;

SELECT purged
FROM old_measures;
