INSERT INTO ingestions (id, started_at, state, dataset, idempotency_key, object_name, file_name, sha256, reading, accepted, rejected, problem, record)
SELECT asked.id, @startedAt, @state, @dataset, @key, @objectName, @file, @sha256, @reading, @accepted, @rejected, @problem, @record
FROM UNNEST([STRUCT(@id AS id)]) AS asked
WHERE NOT EXISTS (
    SELECT 1
    FROM ingestions AS earlier
    WHERE earlier.id = asked.id
        OR (earlier.object_name = @objectName AND earlier.state IN ('Received', 'Validating'))
        OR (earlier.started_at >= @since AND earlier.dataset = @dataset AND earlier.idempotency_key = @key)
        OR (earlier.started_at >= @since AND earlier.dataset = @dataset AND earlier.sha256 = @sha256 AND earlier.sha256 <> ''
            AND COALESCE(earlier.reading, '') = COALESCE(@reading, '') AND earlier.state <> 'Failed'));

SELECT record
FROM ingestions
WHERE id = @id
    OR (object_name = @objectName AND state IN ('Received', 'Validating'))
    OR (started_at >= @since AND dataset = @dataset AND idempotency_key = @key)
    OR (started_at >= @since AND dataset = @dataset AND sha256 = @sha256 AND sha256 <> '' AND COALESCE(reading, '') = COALESCE(@reading, '') AND state <> 'Failed')
ORDER BY started_at, id
LIMIT 1;
