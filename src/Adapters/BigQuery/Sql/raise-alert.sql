UPDATE alerts SET times = times + 1, last_at = @lastAt, revision = revision + 1
WHERE fingerprint = @fingerprint AND raised_at >= @since;

INSERT INTO alerts (id, fingerprint, raised_at, last_at, times, revision, is_open, record)
SELECT asked.id, @fingerprint, @raisedAt, @lastAt, 1, 0, @isOpen, @record
FROM UNNEST([STRUCT(@id AS id)]) AS asked
WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE fingerprint = @fingerprint AND raised_at >= @since);

SELECT record, times, revision, last_at
FROM alerts
WHERE fingerprint = @fingerprint AND raised_at >= @since
ORDER BY raised_at DESC
LIMIT 1;
