namespace Pipeline.Adapters.Local;

/// <content>The statements of preprocessed incidents, dead letters and watermarks.</content>
internal static partial class SqliteWarehouseSql
{
    public const string GetWatermark = "SELECT sequence FROM watermarks WHERE name = @name";

    public const string SetWatermark = """
        INSERT INTO watermarks (name, sequence) VALUES (@name, @sequence)
        ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > watermarks.sequence
        """;

    public const string FindEmbedding = """
        SELECT embedding, number
        FROM preprocessed_incidents
        WHERE content_hash = @contentHash AND embedder = @embedder
        LIMIT 1
        """;

    public const string HasChangedAfter = """
        SELECT 1 FROM incidents WHERE number = @number AND change_sequence > @after
        UNION ALL
        SELECT 1 FROM removals WHERE number_hash = @numberHash AND change_sequence > @after
        """;

    public const string UpsertPreprocessed = """
        INSERT INTO preprocessed_incidents
            (number, sys_created_on, tech_center, content_hash, embedder, combined_incidents_summary, embedding)
        VALUES (@number, @createdOn, @techCenter, @contentHash, @embedder, @summary, @embedding)
        ON CONFLICT (number) DO UPDATE SET
            sys_created_on = excluded.sys_created_on,
            tech_center = excluded.tech_center,
            content_hash = excluded.content_hash,
            embedder = excluded.embedder,
            combined_incidents_summary = excluded.combined_incidents_summary,
            embedding = excluded.embedding
        """;

    public const string DeletePreprocessed = "DELETE FROM preprocessed_incidents WHERE number = @number";

    public const string DeleteDeadLetter = "DELETE FROM dead_letters WHERE number = @number";

    public const string UpsertDeadLetter = """
        INSERT INTO dead_letters (number, stage, reason) VALUES (@number, @stage, @reason)
        ON CONFLICT (number) DO UPDATE SET stage = excluded.stage, reason = excluded.reason
        """;

    public const string ReadDeadLetters = "SELECT number, stage, reason FROM dead_letters ORDER BY number";

    public const string ListTechCenters = "SELECT DISTINCT tech_center FROM preprocessed_incidents ORDER BY tech_center";

    public const string ReadWindow = """
        SELECT number, sys_created_on, tech_center, content_hash, embedder, combined_incidents_summary, embedding
        FROM preprocessed_incidents
        WHERE tech_center = @techCenter AND embedder = @embedder
            AND (sys_created_on IS NULL OR (sys_created_on >= @from AND sys_created_on < @until))
        ORDER BY number
        """;
}
