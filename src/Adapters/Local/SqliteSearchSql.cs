namespace Pipeline.Adapters.Local;

/// <summary>
/// The statements of the search index. It lies in the warehouse's own file, and triggers keep it, so that a summary and its place in the index are written, changed and deleted in one transaction,
/// by whatever writes the table. The words are not stored twice: the index of words reads the summaries, and the vectors are those of the preprocessed incidents.
/// </summary>
internal static class SqliteSearchSql
{
    // An entry is given once: a changed summary gets a new one, so that what is new since a reader's last entry is what comes after it. What went is noted beside, by entry alone.
    // With secure-delete the words of a deleted summary leave the file at once, and are not marked only.
    public const string CreateTables = """
        CREATE INDEX IF NOT EXISTS incidents_by_priority ON incidents (priority, number) WHERE priority IS NOT NULL;

        CREATE TABLE IF NOT EXISTS search_entries (
            entry INTEGER PRIMARY KEY AUTOINCREMENT,
            number TEXT NOT NULL UNIQUE);

        CREATE TABLE IF NOT EXISTS search_gone (
            place INTEGER PRIMARY KEY AUTOINCREMENT,
            entry INTEGER NOT NULL);

        CREATE VIEW IF NOT EXISTS search_texts AS
            SELECT e.entry, s.combined_incidents_summary AS summary
            FROM search_entries AS e
            JOIN preprocessed_incidents AS s ON s.number = e.number;

        CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(summary, content = 'search_texts', content_rowid = 'entry', tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'");
        CREATE VIRTUAL TABLE IF NOT EXISTS search_vocabulary USING fts5vocab(search_words, row);

        CREATE TRIGGER IF NOT EXISTS search_added AFTER INSERT ON preprocessed_incidents
        BEGIN
            INSERT INTO search_entries (number) VALUES (NEW.number);
            INSERT INTO search_words (rowid, summary) SELECT entry, NEW.combined_incidents_summary FROM search_entries WHERE number = NEW.number;
        END;

        CREATE TRIGGER IF NOT EXISTS search_removed AFTER DELETE ON preprocessed_incidents
        BEGIN
            INSERT INTO search_words (search_words, rowid, summary) SELECT 'delete', entry, OLD.combined_incidents_summary FROM search_entries WHERE number = OLD.number;
            INSERT INTO search_gone (entry) SELECT entry FROM search_entries WHERE number = OLD.number;
            DELETE FROM search_entries WHERE number = OLD.number;
        END;

        CREATE TRIGGER IF NOT EXISTS search_changed AFTER UPDATE ON preprocessed_incidents
        WHEN OLD.combined_incidents_summary <> NEW.combined_incidents_summary OR OLD.embedder <> NEW.embedder OR OLD.tech_center <> NEW.tech_center OR OLD.sys_created_on IS NOT NEW.sys_created_on
        BEGIN
            INSERT INTO search_words (search_words, rowid, summary) SELECT 'delete', entry, OLD.combined_incidents_summary FROM search_entries WHERE number = OLD.number;
            INSERT INTO search_gone (entry) SELECT entry FROM search_entries WHERE number = OLD.number;
            DELETE FROM search_entries WHERE number = OLD.number;
            INSERT INTO search_entries (number) VALUES (NEW.number);
            INSERT INTO search_words (rowid, summary) SELECT entry, NEW.combined_incidents_summary FROM search_entries WHERE number = NEW.number;
        END;
        """;

    /// <summary>Whether the tables were made in a file that had incidents before.</summary>
    public const string IsBehind = "SELECT NOT EXISTS (SELECT 1 FROM search_entries) AND EXISTS (SELECT 1 FROM preprocessed_incidents)";

    /// <summary>Makes all anew. The negative entry says that all up to it are gone.</summary>
    public const string Rebuild = """
        INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);
        DELETE FROM search_gone;
        INSERT INTO search_gone (entry) SELECT -MAX(entry) FROM search_entries HAVING MAX(entry) > 0;
        DELETE FROM search_entries;
        INSERT INTO search_entries (number) SELECT number FROM preprocessed_incidents ORDER BY rowid;
        INSERT INTO search_words (search_words) VALUES ('rebuild');
        """;

    public const string ShredWords = "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)";

    public const string Count = "SELECT COUNT(*) FROM search_entries";

    public const string LastGone = "SELECT COALESCE(MAX(place), 0) FROM search_gone";

    public const string ReadGone = "SELECT place, entry FROM search_gone WHERE place > @after ORDER BY place";

    public const string ReadEntries = """
        SELECT e.entry, s.tech_center, s.sys_created_on, s.embedder, s.embedding
        FROM search_entries AS e
        JOIN preprocessed_incidents AS s ON s.number = e.number
        WHERE e.entry > @after
        ORDER BY e.entry
        """;

    public const string CountOfWord = "SELECT doc FROM search_vocabulary WHERE term = @word";

    /// <summary>The rank is the negative of BM25: the lower, the better.</summary>
    public const string Match = "SELECT rowid, rank FROM search_words WHERE search_words MATCH @words";

    public const string OfPriority = """
        SELECT e.entry FROM incidents AS i JOIN search_entries AS e ON e.number = i.number WHERE i.priority = @priority
        """;

    public const string OfProblem = """
        SELECT e.entry
        FROM incident_predictions AS p
        JOIN search_entries AS e ON e.number = p.incident_id
        WHERE p.tech_center = @techCenter AND COALESCE(p.predicted_problem_id, p.predicted_cluster_id) = @problem
        """;

    public const string ReadVector = """
        SELECT s.number, s.embedding FROM search_entries AS e JOIN preprocessed_incidents AS s ON s.number = e.number WHERE e.entry = @entry
        """;

    public const string NumberOf = "SELECT number FROM search_entries WHERE entry = @entry";
}
