MERGE INTO erasures AS target
USING (SELECT @id AS id, @numberSha256 AS number_sha256, @requestedAt AS requested_at, @requestedBy AS requested_by, @finishedAt AS finished_at, @record AS record) AS source
ON target.id = source.id
WHEN MATCHED THEN UPDATE SET finished_at = source.finished_at, record = source.record
WHEN NOT MATCHED THEN INSERT (id, number_sha256, requested_at, requested_by, finished_at, record)
    VALUES (source.id, source.number_sha256, source.requested_at, source.requested_by, source.finished_at, source.record);
