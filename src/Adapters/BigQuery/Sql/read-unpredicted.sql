SELECT number, created_ticks, tech_center, content_hash, embedder, combined_incidents_summary, embedding_bytes
FROM preprocessed_incidents
WHERE tech_center = @techCenter AND embedder = @embedder AND number IN UNNEST(@numbers)
    AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(@days))
ORDER BY sys_created_on NULLS FIRST, number;
