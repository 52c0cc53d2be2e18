SELECT time, tech_center AS center, version AS model_version, name AS measure, value AS amount
FROM measures
WHERE time >= @from AND time < @until AND (@measure IS NULL OR name = @measure)
ORDER BY time;
