using Pipeline.Problems;

namespace Pipeline.Adapters.Local;

/// <content>The statements that read incidents by problem, date, priority and text.</content>
internal static partial class SqliteWarehouseSql
{
    // The predictions lead where a problem is asked for, the incidents by date where all are.
    private const string OfProblem = """
        FROM incident_predictions AS p
        JOIN incidents AS i ON i.number = p.incident_id
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        WHERE p.tech_center = @techCenter
            AND (CASE WHEN @ofVariant THEN p.predicted_cluster_id ELSE COALESCE(p.predicted_problem_id, p.predicted_cluster_id) END) = @id

        """ + Chosen;

    private const string OfAll = """
        FROM incidents AS i
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE (@techCenter IS NULL OR i.tech_center = @techCenter) AND @id IS NULL AND NOT @ofVariant

        """ + Chosen;

    private const string Chosen = $"""
            AND (@from IS NULL OR i.sys_created_on >= @from) AND (@until IS NULL OR i.sys_created_on < @until)
            AND (@priority IS NULL OR i.priority = @priority)
            AND (@text IS NULL OR {SqliteFile.HoldsText}(s.combined_incidents_summary, @text))
            AND (NOT @hasCloseNotes OR i.close_notes <> '')

        """;

    private const string Page = " LIMIT @take OFFSET @skip";

    // A descending order puts NULL last, an ascending one first.
    private static readonly Dictionary<IncidentSort, string> Orders = new()
    {
        [IncidentSort.Newest] = "ORDER BY i.sys_created_on DESC, i.number",
        [IncidentSort.Oldest] = "ORDER BY i.sys_created_on IS NULL, i.sys_created_on, i.number",
        [IncidentSort.Confidence] = "ORDER BY p.confidence_score DESC, i.number",
        [IncidentSort.Doubtful] = "ORDER BY p.confidence_score IS NULL, p.confidence_score, i.number",
    };

    /// <summary>The incidents of these numbers, a JSON array, in no order.</summary>
    public const string FindAllStored = SelectStored + "WHERE i.number IN (SELECT value FROM json_each(@numbers))";

    /// <summary>The values of the columns beside the text, each with its counts. The newest incidents are those that are read.</summary>
    public const string CountValues = """
        WITH newest AS MATERIALIZED (
            SELECT number, priority, cmdb_ci, location FROM incidents WHERE tech_center = @techCenter ORDER BY sys_created_on DESC LIMIT @most),
        answered AS MATERIALIZED (
            SELECT n.priority, n.cmdb_ci, n.location, COALESCE(p.predicted_problem_id, p.predicted_cluster_id) = @id AS own
            FROM newest AS n
            JOIN incident_predictions AS p ON p.incident_id = n.number),
        counted AS (
            SELECT 0 AS place, priority AS value, COUNT(*) AS incidents, SUM(own) AS of_problem FROM answered WHERE priority <> '' GROUP BY priority
            UNION ALL SELECT 1, cmdb_ci, COUNT(*), SUM(own) FROM answered WHERE cmdb_ci <> '' GROUP BY cmdb_ci
            UNION ALL SELECT 2, location, COUNT(*), SUM(own) FROM answered WHERE location <> '' GROUP BY location),
        ranked AS (
            SELECT place, value, incidents, of_problem, SUM(incidents) OVER columns AS known, SUM(of_problem) OVER columns AS known_of_problem,
                ROW_NUMBER() OVER (PARTITION BY place ORDER BY incidents DESC, value) AS rank
            FROM counted WINDOW columns AS (PARTITION BY place))
        SELECT -1, '', COUNT(*), COALESCE(SUM(own), 0), 0, 0 FROM answered
        UNION ALL SELECT place, value, incidents, of_problem, known, known_of_problem FROM ranked WHERE rank <= @values
        """;

    /// <summary>Counts the incidents that are asked for.</summary>
    public static string CountIncidents(IncidentQuery query) => "SELECT COUNT(*) " + From(query);

    /// <summary>The numbers of the incidents that are asked for, in their order.</summary>
    public static string ListNumbers(IncidentQuery query) => "SELECT i.number " + From(query) + Orders[query.Sort] + Page;

    private static string From(IncidentQuery query) => query.Id is null ? OfAll : OfProblem;
}
