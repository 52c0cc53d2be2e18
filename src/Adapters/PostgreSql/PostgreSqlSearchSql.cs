namespace Pipeline.Adapters.PostgreSql;

/// <summary>The statements of the search index. Words and vectors lie beside the preprocessed incidents, and are written, changed and deleted in one transaction with them.</summary>
internal static class PostgreSqlSearchSql
{
    /// <summary>Whether there are incidents and no index of them.</summary>
    public const string IsBehind = "SELECT NOT EXISTS (SELECT 1 FROM search_entries) AND EXISTS (SELECT 1 FROM preprocessed_incidents)";

    public const string Add = """
        INSERT INTO search_entries (number, words, counts, length)
        SELECT i.number, string_to_array(i.words, ' '), string_to_array(i.counts, ' ')::smallint[], i.length
        FROM unnest(@number, @words, @counts, @length) WITH ORDINALITY AS i (number, words, counts, length, line)
        ORDER BY i.line
        """;

    public const string Forget = """
        WITH gone AS (DELETE FROM search_entries WHERE number = ANY(@numbers) RETURNING entry, length)
        INSERT INTO search_gone (entry, length) SELECT entry, length FROM gone ORDER BY entry
        """;

    /// <summary>Empties the index. The negative entry says that all up to it are gone.</summary>
    public const string Clear = """
        DELETE FROM search_gone;
        INSERT INTO search_gone (entry, length) SELECT -MAX(entry), 0 FROM search_entries HAVING MAX(entry) > 0;
        DELETE FROM search_entries
        """;

    public const string ReadSummaries = "SELECT number, combined_incidents_summary FROM preprocessed_incidents WHERE number > @after ORDER BY number LIMIT @limit";

    public const string LastGone = "SELECT COALESCE(MAX(place), 0) FROM search_gone";

    public const string ReadGone = "SELECT place, entry, length FROM search_gone WHERE place > @after ORDER BY place";

    public const string ReadEntries = """
        SELECT e.entry, s.tech_center, s.created_ticks, e.length, CASE WHEN s.embedder = @embedder THEN s.embedding END
        FROM search_entries AS e
        JOIN preprocessed_incidents AS s ON s.number = e.number
        WHERE e.entry > @after
        ORDER BY e.entry
        """;

    /// <summary>How many entries have each word, counted up to a limit.</summary>
    public const string CountOfWords = """
        SELECT q.word, (SELECT COUNT(*) FROM (SELECT 1 FROM search_entries AS e WHERE e.words @> ARRAY[q.word] LIMIT @most) AS known)
        FROM unnest(@words) AS q (word)
        """;

    // BM25 with k1 = 1.2 and b = 0.75: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
    public const string Match = """
        SELECT e.entry, SUM(q.weight * f.times * 2.2 / (f.times + 1.2 * (0.25 + 0.75 * e.length / @average)))
        FROM search_entries AS e
        CROSS JOIN unnest(@words, @weights) AS q (word, weight)
        CROSS JOIN LATERAL (SELECT e.counts[array_position(e.words, q.word)]::double precision AS times) AS f
        WHERE e.words && @words AND f.times IS NOT NULL
        GROUP BY e.entry
        """;

    public const string OfPriority = "SELECT e.entry FROM incidents AS i JOIN search_entries AS e ON e.number = i.number WHERE i.priority = @priority";

    public const string OfProblem = """
        SELECT e.entry
        FROM incident_predictions AS p
        JOIN search_entries AS e ON e.number = p.incident_id
        WHERE p.tech_center = @techCenter AND p.predicted_problem_id = @problem
        """;

    public const string ReadVectors = """
        SELECT e.entry, s.embedding FROM search_entries AS e JOIN preprocessed_incidents AS s ON s.number = e.number WHERE e.entry = ANY(@entries)
        """;

    public const string NumbersOf = "SELECT entry, number FROM search_entries WHERE entry = ANY(@entries)";
}
