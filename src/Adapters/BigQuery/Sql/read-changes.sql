SELECT change_sequence, number, created_ticks, updated_ticks, texts, tech_center
FROM incidents
WHERE change_sequence > @after AND change_sequence <= @last
    AND (sys_created_on IS NULL OR sys_created_on BETWEEN @firstInstant AND @lastInstant)
ORDER BY change_sequence;
