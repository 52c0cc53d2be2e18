MERGE INTO watermarks AS target
USING (SELECT @watermarkName AS name, @watermark AS sequence) AS source
ON target.name = source.name
WHEN MATCHED THEN UPDATE SET sequence = GREATEST(target.sequence, source.sequence)
WHEN NOT MATCHED THEN INSERT (name, sequence) VALUES (source.name, source.sequence);
