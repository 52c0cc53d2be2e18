CREATE TEMP TABLE old_alerts AS
SELECT COUNT(*) AS purged
FROM alerts
WHERE raised_at < @before AND is_open = 0;

DELETE FROM alerts
WHERE raised_at < @before AND is_open = 0;

SELECT purged
FROM old_alerts;
