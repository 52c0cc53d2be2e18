CREATE TEMP TABLE found_alert AS
SELECT COUNT(*) AS found
FROM alerts
WHERE id = @id AND revision = @revision;

UPDATE alerts SET revision = revision + 1, is_open = @isOpen, record = @record
WHERE id = @id AND revision = @revision;

SELECT found
FROM found_alert;
