SELECT record, times, revision, last_at
FROM alerts
WHERE id = @id;
