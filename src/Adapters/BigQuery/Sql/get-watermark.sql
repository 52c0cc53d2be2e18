SELECT MAX(sequence) AS sequence
FROM watermarks
WHERE name = @name;
