-- All that the entries of a search are made of. Rows of others have neither ticks nor hash, embedder or bytes.
SELECT
    number,
    COALESCE(created_ticks, UNIX_MICROS(sys_created_on) * 10 + 621355968000000000) AS created_ticks,
    tech_center,
    COALESCE(content_hash, '') AS content_hash,
    COALESCE(embedder, '') AS embedder,
    combined_incidents_summary,
    COALESCE(embedding_bytes, CAST('' AS BYTES)) AS embedding_bytes
FROM preprocessed_incidents;
