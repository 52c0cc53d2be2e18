MERGE INTO ingestions AS target
USING (SELECT @id AS id, @startedAt AS started_at, @state AS state, @dataset AS dataset, @key AS idempotency_key, @objectName AS object_name,
    @file AS file_name, @sha256 AS sha256, @reading AS reading, @accepted AS accepted, @rejected AS rejected, @problem AS problem, @record AS record) AS source
ON target.id = source.id
WHEN MATCHED THEN UPDATE SET
    state = source.state,
    idempotency_key = source.idempotency_key,
    sha256 = source.sha256,
    accepted = source.accepted,
    rejected = source.rejected,
    problem = source.problem,
    record = source.record
WHEN NOT MATCHED THEN INSERT (id, started_at, state, dataset, idempotency_key, object_name, file_name, sha256, reading, accepted, rejected, problem, record)
    VALUES (source.id, source.started_at, source.state, source.dataset, source.idempotency_key, source.object_name, source.file_name, source.sha256, source.reading,
        source.accepted, source.rejected, source.problem, source.record);
