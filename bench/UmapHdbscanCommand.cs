using System.CommandLine;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>umap-hdbscan FILE.f32</c>: times a layout and its clusters together.</summary>
internal static class UmapHdbscanCommand
{
    public static Command Create()
    {
        UmapArguments arguments = new();
        Option<int> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster.", DefaultValueFactory = _ => 15 };
        Option<int> minSamples = new("--min-samples") { Description = "The neighbour whose distance is the core distance.", DefaultValueFactory = _ => 5 };
        Option<FileInfo?> labels = new("--labels") { Description = "Write the labels as little-endian int32." };
        Command command = arguments.Command("umap-hdbscan", "one UMAP fit and HDBSCAN of its layout");
        command.Add(minClusterSize);
        command.Add(minSamples);
        command.Add(labels);
        command.SetAction((parsed, cancellationToken) =>
        {
            UmapOptions umap = arguments.Options(parsed);
            HdbscanOptions hdbscan = new()
            {
                MinClusterSize = parsed.GetValue(minClusterSize),
                MinSamples = parsed.GetValue(minSamples),
                MaxDegreeOfParallelism = umap.MaxDegreeOfParallelism,
            };
            ((_, HdbscanResult clusters), UmapMeasurement measured) = arguments.Measure(
                parsed,
                "umap-hdbscan",
                (points, d) =>
                {
                    UmapModel model = Umap.Fit(points, d, umap, progress: null, cancellationToken);
                    return (Model: model, Clusters: Hdbscan.Fit(model.Embedding, umap.Components, hdbscan, progress: null, cancellationToken));
                },
                both => both.Model.Embedding);
            measured = measured with { Clusters = clusters.ClusterCount, Noise = clusters.Labels.Count(label => label < 0) };
            PointsFile.Write<int>(parsed.GetValue(labels), clusters.Labels);
            Console.WriteLine(parsed.GetValue(arguments.Json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : measured.Describe());
            return Task.FromResult(0);
        });
        return command;
    }
}
