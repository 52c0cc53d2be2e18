MERGE INTO settings AS target
USING (SELECT @name AS name, @value AS value) AS source
ON target.name = source.name
WHEN MATCHED THEN UPDATE SET value = source.value
WHEN NOT MATCHED THEN INSERT (name, value) VALUES (source.name, source.value);
