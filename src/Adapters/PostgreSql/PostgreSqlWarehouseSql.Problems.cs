using Pipeline.Problems;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements that read the incidents of a problem.</content>
internal static partial class PostgreSqlWarehouseSql
{
    private const string OfProblem = """
        WHERE p.tech_center = @techCenter
            AND (CASE WHEN @ofVariant THEN p.predicted_cluster_id ELSE p.predicted_problem_id END) = @id
            AND (@from IS NULL OR i.created_ticks >= @from) AND (@until IS NULL OR i.created_ticks < @until)
            AND (@priority IS NULL OR i.priority = @priority)

        """;

    public const string CountIncidents = "SELECT COUNT(*) FROM incident_predictions AS p JOIN incidents AS i ON i.number = p.incident_id " + OfProblem;

    public static readonly IReadOnlyDictionary<IncidentSort, string> ReadIncidents = new Dictionary<IncidentSort, string>
    {
        [IncidentSort.Newest] = SelectStored + OfProblem + "ORDER BY i.created_ticks DESC NULLS LAST, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Oldest] = SelectStored + OfProblem + "ORDER BY i.created_ticks NULLS LAST, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Confidence] = SelectStored + OfProblem + "ORDER BY p.confidence_score DESC, i.number LIMIT @take OFFSET @skip",
        [IncidentSort.Doubtful] = SelectStored + OfProblem + "ORDER BY p.confidence_score, i.number LIMIT @take OFFSET @skip",
    };
}
