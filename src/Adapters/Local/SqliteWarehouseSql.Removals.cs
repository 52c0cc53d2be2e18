namespace Pipeline.Adapters.Local;

/// <content>The statements of removals and erasures.</content>
internal static partial class SqliteWarehouseSql
{
    public const string CountOthersOfText = "SELECT COUNT(*) FROM preprocessed_incidents WHERE content_hash = @contentHash AND number <> @number";

    public const string IsVersion = "SELECT 1 FROM incidents WHERE number = @number AND change_sequence = @sequence";

    public const string DeleteIncident = "DELETE FROM incidents WHERE number = @number";

    public const string UpsertRemoval = """
        INSERT INTO removals (number_hash, change_sequence) VALUES (@numberHash, @sequence)
        ON CONFLICT (number_hash) DO UPDATE SET change_sequence = excluded.change_sequence
        """;

    // What every watermark has passed, no run has still in hand.
    public const string ForgetRemovals = "DELETE FROM removals WHERE change_sequence <= (SELECT MIN(sequence) FROM watermarks)";

    public const string UpsertErasure = """
        INSERT INTO erasures (id, number_sha256, requested_at, requested_by, number, finished_at, removed, problem)
        VALUES (@id, @numberSha256, @requestedAt, @requestedBy, @number, @finishedAt, @removed, @problem)
        ON CONFLICT (id) DO UPDATE SET
            number = excluded.number,
            finished_at = excluded.finished_at,
            removed = excluded.removed,
            problem = excluded.problem
        """;

    private const string SelectErasure = "SELECT id, number_sha256, requested_at, requested_by, number, finished_at, removed, problem FROM erasures";

    public const string FindErasure = SelectErasure + " WHERE id = @id";

    public const string ReadErasures = SelectErasure + " ORDER BY id DESC LIMIT @limit";
}
