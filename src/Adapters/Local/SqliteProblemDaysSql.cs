namespace Pipeline.Adapters.Local;

/// <summary>
/// The statements of the counts by problem and day. They lie in the warehouse's own file, and triggers keep them, so that a prediction and what it counts for are written, changed and deleted in one
/// transaction, by whatever writes the tables. What is read for the whole company is then as much as there are problems and days, however many incidents there are.
/// </summary>
internal static class SqliteProblemDaysSql
{
    /// <summary>The table. A backup leaves it out, since bringing the other rows back makes it.</summary>
    public const string Table = "problem_days";

    /// <summary>Whether the table is there.</summary>
    public const string IsThere = $"SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{Table}')";

    /// <summary>Reads the counts.</summary>
    public const string Read = $"SELECT tech_center, problem_id, NULLIF(day, ''), incidents, prioritised, urgent, followed, reopened, resolved, resolving_ms / 3600000.0 FROM {Table}";

    /// <summary>Counts all predictions anew, as the table should have them.</summary>
    public const string Count = $"""
        SELECT {Key}, COUNT(*), SUM({Prioritised}), SUM({Urgent}), SUM({Followed}), SUM({Reopened}), SUM({Resolved}), SUM({Resolving})
        FROM incident_predictions AS p
        JOIN incidents AS i ON i.number = p.incident_id
        GROUP BY 1, 2, 3
        """;

    // Of a prediction p and its incident i. Without a date the day is empty.
    private const string Key = "p.tech_center, COALESCE(p.predicted_problem_id, p.predicted_cluster_id), COALESCE(substr(i.sys_created_on, 1, 10), '')";
    private const string Prioritised = "(i.priority IS NOT NULL)";

    // The two highest priorities, as sources write them: "1 - Critical", "P2", "High".
    private const string Urgent = "(i.priority IS NOT NULL AND (i.priority GLOB '[12]*' OR i.priority GLOB '[pP][12]*' OR lower(i.priority) IN ('critical', 'high')))";
    private const string Followed = "(i.reopen_count IS NOT NULL)";
    private const string Reopened = "COALESCE(i.reopen_count > 0, 0)";
    private const string Resolved = "COALESCE(i.resolved_at >= i.sys_created_on, 0)";

    // Whole milliseconds, which can be taken off again without a rest.
    private const string Resolving = "CASE WHEN i.resolved_at >= i.sys_created_on THEN CAST(round(86400000 * (julianday(i.resolved_at) - julianday(i.sys_created_on))) AS INTEGER) ELSE 0 END";

    private const string OfNewPrediction = "(SELECT NEW.tech_center AS tech_center, NEW.predicted_problem_id AS predicted_problem_id, NEW.predicted_cluster_id AS predicted_cluster_id) AS p, incidents AS i WHERE i.number = NEW.incident_id";
    private const string OfOldPrediction = "(SELECT OLD.tech_center AS tech_center, OLD.predicted_problem_id AS predicted_problem_id, OLD.predicted_cluster_id AS predicted_cluster_id) AS p, incidents AS i WHERE i.number = OLD.incident_id";
    private const string OfNewIncident = "(SELECT NEW.sys_created_on AS sys_created_on, NEW.priority AS priority, NEW.reopen_count AS reopen_count, NEW.resolved_at AS resolved_at) AS i, incident_predictions AS p WHERE p.incident_id = NEW.number";
    private const string OfOldIncident = "(SELECT OLD.sys_created_on AS sys_created_on, OLD.priority AS priority, OLD.reopen_count AS reopen_count, OLD.resolved_at AS resolved_at) AS i, incident_predictions AS p WHERE p.incident_id = OLD.number";

    /// <summary>Makes the table, counts what is there, and has it kept from then on.</summary>
    public static readonly string Create = $"""
        CREATE TABLE {Table} (
            tech_center TEXT NOT NULL,
            problem_id INTEGER NOT NULL,
            day TEXT NOT NULL,
            incidents INTEGER NOT NULL,
            prioritised INTEGER NOT NULL,
            urgent INTEGER NOT NULL,
            followed INTEGER NOT NULL,
            reopened INTEGER NOT NULL,
            resolved INTEGER NOT NULL,
            resolving_ms INTEGER NOT NULL,
            PRIMARY KEY (tech_center, problem_id, day)) WITHOUT ROWID;

        INSERT INTO {Table} {Count};

        CREATE TRIGGER problem_days_predicted AFTER INSERT ON incident_predictions
        BEGIN
            {Add(OfNewPrediction)}
        END;

        CREATE TRIGGER problem_days_forgotten AFTER DELETE ON incident_predictions
        BEGIN
            {Take(OfOldPrediction)}
        END;

        CREATE TRIGGER problem_days_moved AFTER UPDATE ON incident_predictions
        WHEN OLD.tech_center <> NEW.tech_center OR COALESCE(OLD.predicted_problem_id, OLD.predicted_cluster_id) <> COALESCE(NEW.predicted_problem_id, NEW.predicted_cluster_id)
        BEGIN
            {Take(OfOldPrediction)}
            {Add(OfNewPrediction)}
        END;

        CREATE TRIGGER problem_days_arrived AFTER INSERT ON incidents
        BEGIN
            {Add(OfNewIncident)}
        END;

        CREATE TRIGGER problem_days_removed AFTER DELETE ON incidents
        BEGIN
            {Take(OfOldIncident)}
        END;

        CREATE TRIGGER problem_days_changed AFTER UPDATE ON incidents
        WHEN OLD.sys_created_on IS NOT NEW.sys_created_on OR OLD.priority IS NOT NEW.priority OR OLD.reopen_count IS NOT NEW.reopen_count OR OLD.resolved_at IS NOT NEW.resolved_at
        BEGIN
            {Take(OfOldIncident)}
            {Add(OfNewIncident)}
        END;
        """;

    private static string Add(string source) => Change('+', source);

    // A row that counts nothing any more goes.
    private static string Take(string source) => $"{Change('-', source)} DELETE FROM {Table} WHERE incidents = 0 AND (tech_center, problem_id, day) IN (SELECT {Key} FROM {source});";

    private static string Change(char sign, string source) => $"""
        INSERT INTO {Table} (tech_center, problem_id, day, incidents, prioritised, urgent, followed, reopened, resolved, resolving_ms)
            SELECT {Key}, {sign} 1, {sign} {Prioritised}, {sign} {Urgent}, {sign} {Followed}, {sign} {Reopened}, {sign} {Resolved}, {sign} ({Resolving}) FROM {source}
            ON CONFLICT (tech_center, problem_id, day) DO UPDATE SET
                incidents = incidents + excluded.incidents,
                prioritised = prioritised + excluded.prioritised,
                urgent = urgent + excluded.urgent,
                followed = followed + excluded.followed,
                reopened = reopened + excluded.reopened,
                resolved = resolved + excluded.resolved,
                resolving_ms = resolving_ms + excluded.resolving_ms;
        """;
}
