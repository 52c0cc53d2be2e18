using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Contracts;

/// <summary>A small model version to publish.</summary>
internal static class SampleVersion
{
    public static ModelManifest Manifest(string version) => new()
    {
        Format = ModelManifest.CurrentFormat,
        TechCenter = "Network",
        Version = version,
        CreatedAt = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero),
        TrainingRun = 1,
        LibraryVersion = "1.0.0",
        Embedder = "test",
        Window = TrainingWindow.Ending(2026, 2, 24),
        Incidents = 10,
        Unclustered = 1,
        Clusters = 0,
        Parameters = new TrainingOptions().Resolve(10),
        NextClusterId = 0,
        NextDomainId = 0,
        Files = [],
    };

    /// <summary>The content of a training that learned <paramref name="second"/> and took <paramref name="seconds"/>.</summary>
    public static ModelContent Content(float second = 2f, double seconds = 1) => new(
        new Dictionary<string, SafeTensor>(StringComparer.Ordinal) { ["numbers"] = SafeTensor.From<float>([1f, second], 2) },
        new ModelClusters([], [], []),
        new ModelMetrics(10, 0, 1, 0.1, double.NaN, 0, seconds));
}
