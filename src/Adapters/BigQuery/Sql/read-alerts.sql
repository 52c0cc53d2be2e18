SELECT record, times, revision, last_at
FROM alerts
WHERE @openOnly = 0 OR is_open = 1
ORDER BY raised_at DESC, id DESC
LIMIT @limit;
