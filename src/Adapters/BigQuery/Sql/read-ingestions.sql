SELECT record
FROM ingestions
ORDER BY started_at DESC, id DESC
LIMIT @limit;
