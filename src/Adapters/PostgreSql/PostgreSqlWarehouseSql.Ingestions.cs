namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of the log of ingestions.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string UpsertIngestion = """
        INSERT INTO ingestions (ingestion_id, started_ticks, seconds, user_name, file_name, sha256, bytes, source, rows, accepted, rejected, reject_reasons, added, changed, problem,
            state, dataset, idempotency_key, object_name, reading)
        VALUES (@id, @started, @seconds, @user, @file, @sha256, @bytes, @source, @rows, @accepted, @rejected, @reasons, @added, @changed, @problem,
            @state, @dataset, @key, @objectName, @reading)
        ON CONFLICT (ingestion_id) DO UPDATE SET
            seconds = excluded.seconds,
            sha256 = excluded.sha256,
            bytes = excluded.bytes,
            source = excluded.source,
            rows = excluded.rows,
            accepted = excluded.accepted,
            rejected = excluded.rejected,
            reject_reasons = excluded.reject_reasons,
            added = excluded.added,
            changed = excluded.changed,
            problem = excluded.problem,
            state = excluded.state,
            idempotency_key = excluded.idempotency_key
        """;

    private const string SelectIngestion = """
        SELECT ingestion_id, started_ticks, seconds, user_name, file_name, sha256, bytes, source, rows, accepted, rejected, reject_reasons, added, changed, problem,
            state, dataset, idempotency_key, object_name, reading
        FROM ingestions
        """;

    public const string ReadIngestions = SelectIngestion + " ORDER BY place DESC LIMIT @limit";

    public const string FindIngestion = SelectIngestion + " WHERE ingestion_id = @id";

    public const string FindEarlierIngestion = SelectIngestion + """
         WHERE ingestion_id = @id
            OR (object_name = @objectName AND state IN ('Received', 'Validating'))
            OR (started_ticks >= @since AND dataset = @dataset AND idempotency_key = @key)
            OR (started_ticks >= @since AND dataset = @dataset AND sha256 = @sha256 AND reading IS NOT DISTINCT FROM @reading AND state <> 'Failed')
        ORDER BY place
        LIMIT 1
        """;
}
