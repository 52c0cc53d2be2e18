using System.Globalization;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Reads records out of rows.</summary>
internal static class BigQueryRows
{
    public static IncidentChange Change(ResultRow row) => new(Number(row, "change_sequence"), new Incident
    {
        Number = Text(row, "number"),
        CreatedOn = Date(row, "created_ticks"),
        UpdatedOn = Date(row, "updated_ticks"),
        Texts = row.Cells("texts"),
        TechCenter = Text(row, "tech_center"),
        Priority = OptionalText(row, "priority"),
        State = OptionalText(row, "state"),
        ResolvedOn = Date(row, "resolved_ticks"),
        CloseNotes = OptionalText(row, "close_notes"),
        ReopenCount = (int?)OptionalNumber(row, "reopen_count"),
        Location = OptionalText(row, "location"),
        ConfigurationItem = OptionalText(row, "cmdb_ci"),
    });

    public static StoredIncident Stored(ResultRow row)
    {
        IncidentChange change = Change(row);
        return new StoredIncident(change.Sequence, change.Incident)
        {
            Summary = OptionalText(row, "optional_summary"),
            ContentHash = OptionalText(row, "optional_hash"),
            ClusterId = (int?)OptionalNumber(row, "optional_cluster_id"),
            ClusterLabel = OptionalText(row, "optional_label"),
            ProblemId = (int?)OptionalNumber(row, "optional_problem_id"),
            ProblemLabel = OptionalText(row, "optional_problem"),
            DomainName = OptionalText(row, "optional_domain"),
            Confidence = row.Fraction("optional_confidence"),
            ModelVersion = OptionalText(row, "optional_model"),
            Embedder = OptionalText(row, "optional_embedder"),
            PredictedAt = Date(row, "optional_predicted_ticks"),
            ArrivedAt = OptionalTime(row, "optional_arrived_at"),
        };
    }

    public static PreprocessedIncident Preprocessed(ResultRow row) => new()
    {
        Number = Text(row, "number"),
        CreatedOn = Date(row, "created_ticks"),
        TechCenter = Text(row, "tech_center"),
        ContentHash = Text(row, "content_hash"),
        Embedder = Text(row, "embedder"),
        Summary = Text(row, "combined_incidents_summary"),
        Embedding = Embedding(row, "embedding_bytes"),
    };

    public static PredictedIncident Predicted(ResultRow row) => new(Prediction(row), Date(row, "created_ticks"), Text(row, "combined_incidents_summary"));

    public static AnsweredIncident Answered(ResultRow row) => new(
        Text(row, "incident_id"),
        Date(row, "created_ticks"),
        OptionalText(row, "priority"),
        (int)Number(row, "predicted_problem_id"),
        Text(row, "model_table_used"),
        Text(row, "content_hash"));

    public static TechCenterStatistics Statistics(ResultRow row) => new(
        Text(row, "tech_center"),
        Number(row, "incidents"),
        Number(row, "preprocessed"),
        Number(row, "predicted"),
        Number(row, "unclustered"),
        Date(row, "newest_incident"),
        Date(row, "newest_prediction"),
        Date(row, "oldest_incident"));

    public static ValueCount Value(ResultRow row) => new(
        (ValueColumn)Number(row, "place"), OptionalText(row, "value") ?? "", (int)Number(row, "incidents"), (int)Number(row, "of_problem"), (int)Number(row, "known"), (int)Number(row, "known_of_problem"));

    public static ProblemDay Day(ResultRow row) => new(
        Text(row, "tech_center"), (int)Number(row, "problem_id"), Date(row, "day_ticks") is DateTimeOffset day ? DateOnly.FromDateTime(day.UtcDateTime) : null, (int)Number(row, "incidents"))
    {
        Prioritised = (int)Number(row, "prioritised"),
        Urgent = (int)Number(row, "urgent"),
        Followed = (int)Number(row, "followed"),
        Reopened = (int)Number(row, "reopened"),
        Resolved = (int)Number(row, "resolved"),
        HoursToResolve = row.Fraction("hours_to_resolve")!.Value,
    };

    public static string Text(ResultRow row, string column) => row.Cell(column) ?? throw new InvalidOperationException($"A row without a value in '{column}' came back.");

    public static string? OptionalText(ResultRow row, string column) => row.Cell(column);

    public static long Number(ResultRow row, string column) => long.Parse(Text(row, column), CultureInfo.InvariantCulture);

    public static long? OptionalNumber(ResultRow row, string column) => row.Cell(column) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public static DateTimeOffset Time(ResultRow row, string column) => BigQueryFormat.Time(Text(row, column));

    public static DateTimeOffset? OptionalTime(ResultRow row, string column) => row.Cell(column) is { } microseconds ? BigQueryFormat.Time(microseconds) : null;

    public static DateTimeOffset[] Days(ResultRow row, string column) => [.. row.Cells(column).Select(BigQueryFormat.Time)];

    public static float[] Embedding(ResultRow row, string column) => BigQueryFormat.Numbers(Convert.FromBase64String(Text(row, column)));

    private static DateTimeOffset? Date(ResultRow row, string ticksColumn) => BigQueryFormat.Date(OptionalNumber(row, ticksColumn));

    private static IncidentPrediction Prediction(ResultRow row) => new()
    {
        IncidentId = Text(row, "incident_id"),
        TechCenter = Text(row, "tech_center"),
        ProblemId = (int)Number(row, "predicted_problem_id"),
        ProblemLabel = Text(row, "predicted_problem_label"),
        ClusterId = (int)Number(row, "predicted_cluster_id"),
        ClusterLabel = Text(row, "predicted_cluster_label"),
        DomainId = (int)Number(row, "predicted_domain_id"),
        DomainName = Text(row, "predicted_domain_name"),
        Confidence = row.Fraction("confidence_score")!.Value,
        PredictedAt = new DateTimeOffset(Number(row, "predicted_ticks"), TimeSpan.Zero),
        ModelVersion = Text(row, "model_table_used"),
        ModelPath = Text(row, "blob_model_path"),
        ContentHash = Text(row, "content_hash"),
    };
}
