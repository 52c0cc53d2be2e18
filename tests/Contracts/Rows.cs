using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;

namespace Pipeline.Contracts;

/// <summary>Rows with everything filled in that a test does not care about.</summary>
internal static class Rows
{
    public static DateTimeOffset Day(int day) => new DateTimeOffset(2026, 1, 1, 8, 30, 0, TimeSpan.Zero).AddDays(day - 1);

    public static Incident Incident(string number, string text = "printer is down", string techCenter = "network", DateTimeOffset? updatedOn = null, DateTimeOffset? createdOn = null) =>
        new() { Number = number, Texts = [text, "second"], TechCenter = techCenter, UpdatedOn = updatedOn, CreatedOn = createdOn ?? Day(1) };

    public static PreprocessedIncident Preprocessed(string number, string hash = "h", string techCenter = "network", string embedder = "e", DateTimeOffset? createdOn = null, params float[] embedding) =>
        new() { Number = number, ContentHash = hash, TechCenter = techCenter, Embedder = embedder, Summary = $"text {hash}", CreatedOn = createdOn, Embedding = embedding.Length == 0 ? [1f, 2f] : embedding };

    public static IncidentPrediction Answer(string number, string hash = "h", string techCenter = "network", string modelVersion = "network/2026_q2", int clusterId = 3) => new()
    {
        IncidentId = number,
        ContentHash = hash,
        TechCenter = techCenter,
        ModelVersion = modelVersion,
        ProblemId = clusterId < 0 ? clusterId : 7,
        ProblemLabel = "printing",
        ClusterId = clusterId,
        ClusterLabel = "printers",
        DomainId = 1,
        DomainName = "devices",
        Confidence = 0.1 + 0.2,
        PredictedAt = Day(9).AddTicks(7),
        ModelPath = "hdbscan-models/network/2026_q2",
    };
}
