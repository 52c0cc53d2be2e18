SELECT number, stage, reason
FROM dead_letters
ORDER BY number;
