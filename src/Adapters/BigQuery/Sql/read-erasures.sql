SELECT record
FROM erasures
ORDER BY requested_at DESC, id DESC
LIMIT @limit;
