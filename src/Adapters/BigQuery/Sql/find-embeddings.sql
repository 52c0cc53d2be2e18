-- The newest day of each hash: texts that come back come back soon, so the embeddings of few days need be read.
SELECT MIN(newest) AS first_day, MAX(newest) AS last_day, COUNT(*) AS found
FROM (
    SELECT content_hash, MAX(sys_created_on) AS newest
    FROM preprocessed_incidents
    WHERE embedder = @embedder AND content_hash IN UNNEST(@contentHashes)
    GROUP BY content_hash);
