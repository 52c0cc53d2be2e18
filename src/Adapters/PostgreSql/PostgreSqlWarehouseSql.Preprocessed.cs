namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of preprocessed incidents, dead letters and watermarks.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string GetWatermark = "SELECT sequence FROM watermarks WHERE name = @name";

    public const string SetWatermark = """
        INSERT INTO watermarks (name, sequence) VALUES (@name, @sequence)
        ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > watermarks.sequence
        """;

    // However many incidents have a text, one is looked at.
    public const string FindEmbeddings = """
        SELECT h.content_hash, e.embedding
        FROM unnest(@hashes) AS h (content_hash)
        CROSS JOIN LATERAL (SELECT p.embedding FROM preprocessed_incidents AS p WHERE p.content_hash = h.content_hash AND p.embedder = @embedder LIMIT 1) AS e
        """;

    public const string ChangedAfter = """
        SELECT n.number
        FROM unnest(@numbers, @hashes) AS n (number, number_hash)
        WHERE EXISTS (SELECT 1 FROM incidents AS i WHERE i.number = n.number AND i.change_sequence > @after)
            OR EXISTS (SELECT 1 FROM removals AS r WHERE r.number_hash = n.number_hash AND r.change_sequence > @after)
        """;

    private const string InputPreprocessed = """
        WITH input AS (
            SELECT *
            FROM unnest(@number, @created, @techCenter, @contentHash, @embedder, @summary, @embedding) WITH ORDINALITY
                AS i (number, created, tech_center, content_hash, embedder, summary, embedding, line))

        """;

    /// <summary>Those whose place in the search index changes: asked before they are stored.</summary>
    public const string FindReworded = """
        SELECT i.number
        FROM unnest(@number, @created, @techCenter, @embedder, @summary) AS i (number, created, tech_center, embedder, summary)
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        WHERE s.number IS NULL OR s.combined_incidents_summary <> i.summary OR s.embedder <> i.embedder OR s.tech_center <> i.tech_center OR s.created_ticks IS DISTINCT FROM i.created
        """;

    public const string ChangePreprocessed = InputPreprocessed + """
        UPDATE preprocessed_incidents AS s SET
            created_ticks = i.created, tech_center = i.tech_center, content_hash = i.content_hash, embedder = i.embedder, combined_incidents_summary = i.summary, embedding = i.embedding
        FROM input AS i
        WHERE s.number = i.number
        """;

    public const string AddPreprocessed = InputPreprocessed + """
        INSERT INTO preprocessed_incidents (number, created_ticks, tech_center, content_hash, embedder, combined_incidents_summary, embedding)
        SELECT i.number, i.created, i.tech_center, i.content_hash, i.embedder, i.summary, i.embedding
        FROM input AS i
        WHERE NOT EXISTS (SELECT 1 FROM preprocessed_incidents AS s WHERE s.number = i.number)
        ORDER BY i.line
        """;

    public const string DeletePredictionsOfOtherCenters = """
        DELETE FROM incident_predictions AS p
        USING unnest(@number, @techCenter) AS i (number, tech_center)
        WHERE p.incident_id = i.number AND p.tech_center <> i.tech_center
        """;

    public const string DeletePreprocessed = "DELETE FROM preprocessed_incidents WHERE number = ANY(@numbers)";

    public const string DeleteDeadLetters = "DELETE FROM dead_letters WHERE number = ANY(@numbers)";

    public const string UpsertDeadLetters = """
        INSERT INTO dead_letters (number, stage, reason)
        SELECT * FROM unnest(@number, @stage, @reason)
        ON CONFLICT (number) DO UPDATE SET stage = excluded.stage, reason = excluded.reason
        """;

    public const string ReadDeadLetters = "SELECT number, stage, reason FROM dead_letters ORDER BY number";

    // The index is stepped through from center to center.
    public const string ListTechCenters = """
        WITH RECURSIVE centers AS (
            (SELECT tech_center FROM preprocessed_incidents ORDER BY tech_center LIMIT 1)
            UNION ALL
            SELECT (SELECT p.tech_center FROM preprocessed_incidents AS p WHERE p.tech_center > c.tech_center ORDER BY p.tech_center LIMIT 1)
            FROM centers AS c
            WHERE c.tech_center IS NOT NULL)
        SELECT tech_center FROM centers WHERE tech_center IS NOT NULL ORDER BY tech_center
        """;

    public const string ReadWindow = """
        SELECT number, created_ticks, tech_center, content_hash, embedder, combined_incidents_summary, embedding
        FROM preprocessed_incidents
        WHERE tech_center = @techCenter AND embedder = @embedder
            AND (created_ticks IS NULL OR (created_ticks >= @from AND created_ticks < @until))
        ORDER BY number
        """;
}
