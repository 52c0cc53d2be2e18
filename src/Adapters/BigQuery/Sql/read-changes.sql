SELECT change_sequence, number, created_ticks, updated_ticks, texts, tech_center, priority, state, resolved_ticks, close_notes, reopen_count, location, cmdb_ci
FROM incidents
WHERE change_sequence > @after AND change_sequence <= @last
    AND (sys_created_on IS NULL OR TIMESTAMP_TRUNC(sys_created_on, DAY) IN UNNEST(@days))
ORDER BY change_sequence;
