-- The days choose the partitions, the ticks the rows.
SELECT number, created_ticks, tech_center, content_hash, embedder, combined_incidents_summary, embedding_bytes
FROM preprocessed_incidents
WHERE tech_center = @techCenter AND embedder = @embedder
    AND (sys_created_on IS NULL OR sys_created_on BETWEEN @firstInstant AND @lastInstant)
    AND (created_ticks IS NULL OR (created_ticks >= @fromTicks AND created_ticks < @untilTicks))
ORDER BY number;
