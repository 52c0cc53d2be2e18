SELECT record
FROM ingestions
WHERE id = @id;
