SELECT record
FROM erasures
WHERE id = @id;
