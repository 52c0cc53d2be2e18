-- The newest day of each hash: texts that come back come back soon, so the embeddings of few days need be read.
SELECT COUNT(*) AS found, ARRAY_AGG(DISTINCT newest IGNORE NULLS) AS days
FROM (
    SELECT content_hash, MAX(TIMESTAMP_TRUNC(sys_created_on, DAY)) AS newest
    FROM preprocessed_incidents
    WHERE embedder = @embedder AND content_hash IN UNNEST(@contentHashes)
    GROUP BY content_hash);
