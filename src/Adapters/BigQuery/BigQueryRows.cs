using Google.Cloud.BigQuery.V2;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Reads records out of rows.</summary>
internal static class BigQueryRows
{
    public static IncidentChange Change(BigQueryRow row) => new(Number(row, "change_sequence"), new Incident
    {
        Number = Text(row, "number"),
        CreatedOn = Date(row, "created_ticks"),
        UpdatedOn = Date(row, "updated_ticks"),
        Texts = (string[]?)row["texts"] ?? [],
        TechCenter = Text(row, "tech_center"),
    });

    public static StoredIncident Stored(BigQueryRow row)
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
            Confidence = (double?)row["optional_confidence"],
            ModelVersion = OptionalText(row, "optional_model"),
        };
    }

    public static PreprocessedIncident Preprocessed(BigQueryRow row) => new()
    {
        Number = Text(row, "number"),
        CreatedOn = Date(row, "created_ticks"),
        TechCenter = Text(row, "tech_center"),
        ContentHash = Text(row, "content_hash"),
        Embedder = Text(row, "embedder"),
        Summary = Text(row, "combined_incidents_summary"),
        Embedding = Embedding(row, "embedding_bytes"),
    };

    public static PredictedIncident Predicted(BigQueryRow row) => new(Prediction(row), Date(row, "created_ticks"), Text(row, "combined_incidents_summary"));

    public static TechCenterStatistics Statistics(BigQueryRow row) => new(
        Text(row, "tech_center"),
        Number(row, "incidents"),
        Number(row, "preprocessed"),
        Number(row, "predicted"),
        Number(row, "unclustered"),
        Date(row, "newest_incident"),
        Date(row, "newest_prediction"),
        Date(row, "oldest_incident"));

    public static string Text(BigQueryRow row, string column) => (string)row[column];

    public static string? OptionalText(BigQueryRow row, string column) => (string?)row[column];

    public static long Number(BigQueryRow row, string column) => (long)row[column];

    public static long? OptionalNumber(BigQueryRow row, string column) => (long?)row[column];

    public static DateTime? OptionalTime(BigQueryRow row, string column) => (DateTime?)row[column];

    public static float[] Embedding(BigQueryRow row, string column) => BigQueryFormat.Numbers((byte[])row[column]);

    private static DateTimeOffset? Date(BigQueryRow row, string ticksColumn) => BigQueryFormat.Date(OptionalNumber(row, ticksColumn));

    private static IncidentPrediction Prediction(BigQueryRow row) => new()
    {
        IncidentId = Text(row, "incident_id"),
        TechCenter = Text(row, "tech_center"),
        ProblemId = (int)Number(row, "predicted_problem_id"),
        ProblemLabel = Text(row, "predicted_problem_label"),
        ClusterId = (int)Number(row, "predicted_cluster_id"),
        ClusterLabel = Text(row, "predicted_cluster_label"),
        DomainId = (int)Number(row, "predicted_domain_id"),
        DomainName = Text(row, "predicted_domain_name"),
        Confidence = (double)row["confidence_score"],
        PredictedAt = new DateTimeOffset(Number(row, "predicted_ticks"), TimeSpan.Zero),
        ModelVersion = Text(row, "model_table_used"),
        ModelPath = Text(row, "blob_model_path"),
        ContentHash = Text(row, "content_hash"),
    };
}
