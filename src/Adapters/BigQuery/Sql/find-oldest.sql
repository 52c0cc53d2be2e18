-- The dates alone are read.
SELECT MIN(created_ticks) AS oldest_incident
FROM incidents
WHERE sys_created_on BETWEEN @firstInstant AND @lastInstant
    AND created_ticks >= @fromTicks AND created_ticks < @untilTicks;
