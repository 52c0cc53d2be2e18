namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of removals and erasures.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string CountOthersOfText = "SELECT COUNT(*) FROM preprocessed_incidents WHERE content_hash = @contentHash AND number <> @number";

    public const string FindVersions = """
        SELECT v.number
        FROM unnest(@numbers, @sequences) AS v (number, sequence)
        JOIN incidents AS i ON i.number = v.number AND i.change_sequence = v.sequence
        """;

    public const string DeleteIncidents = "DELETE FROM incidents WHERE number = ANY(@numbers)";

    public const string AddRemovals = $"""
        INSERT INTO removals (number_hash, change_sequence)
        SELECT r.number_hash, {LastSequence} + r.line
        FROM unnest(@hashes) WITH ORDINALITY AS r (number_hash, line)
        ON CONFLICT (number_hash) DO UPDATE SET change_sequence = excluded.change_sequence
        """;

    // What every watermark has passed, no run has still in hand.
    public const string ForgetRemovals = "DELETE FROM removals WHERE change_sequence <= (SELECT MIN(sequence) FROM watermarks)";

    public const string UpsertErasure = """
        INSERT INTO erasures (id, number_sha256, requested_ticks, requested_by, number, finished_ticks, removed, problem)
        VALUES (@id, @numberSha256, @requested, @requestedBy, @number, @finished, @removed, @problem)
        ON CONFLICT (id) DO UPDATE SET
            number = excluded.number,
            finished_ticks = excluded.finished_ticks,
            removed = excluded.removed,
            problem = excluded.problem
        """;

    private const string SelectErasure = "SELECT id, number_sha256, requested_ticks, requested_by, number, finished_ticks, removed, problem FROM erasures";

    public const string FindErasure = SelectErasure + " WHERE id = @id";

    public const string ReadErasures = SelectErasure + " ORDER BY id DESC LIMIT @limit";
}
