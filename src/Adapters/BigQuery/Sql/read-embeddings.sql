SELECT content_hash, ANY_VALUE(embedding_bytes) AS embedding_bytes
FROM preprocessed_incidents
WHERE embedder = @embedder AND content_hash IN UNNEST(@contentHashes)
    AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(@days))
GROUP BY content_hash;
