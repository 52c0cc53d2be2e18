SELECT content_hash, ANY_VALUE(embedding_bytes) AS embedding_bytes
FROM preprocessed_incidents
WHERE embedder = @embedder AND content_hash IN UNNEST(@contentHashes)
    AND (sys_created_on IS NULL OR sys_created_on BETWEEN @firstInstant AND @lastInstant)
GROUP BY content_hash;
