using System.CommandLine;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>embed-cluster FILE.f32</c>: times one clustering of a file of embeddings and prints its layers.</summary>
internal static class EmbedClusterCommand
{
    public static Command Create()
    {
        EmbeddingClusteringOptions defaults = new();
        Argument<FileInfo> file = new("FILE.f32") { Description = "The embeddings: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Coordinates of an embedding.", Required = true };
        Option<int> neighbors = new("--neighbors") { Description = "The neighbourhood's size.", DefaultValueFactory = _ => defaults.Neighbors };
        Option<int> components = new("--components") { Description = "Dimensions in which the graph is embedded.", DefaultValueFactory = _ => defaults.Components };
        Option<int> epochs = new("--epochs") { Description = "Passes over each graph.", DefaultValueFactory = _ => defaults.Epochs };
        Option<int?> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster of the finest layer. Default: by the number of points." };
        Option<int> minSamples = new("--min-samples") { Description = "The neighbour whose distance is the core distance.", DefaultValueFactory = _ => defaults.MinSamples };
        Option<int> seed = new("--seed") { Description = "Seeds every random choice.", DefaultValueFactory = _ => defaults.Seed };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<FileInfo?> labels = new("--labels") { Description = "Write the labels of the chosen layer as little-endian int32." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("embed-cluster", $"Times one clustering of embeddings, without loading, after a warm-up of the first {WarmUp.Count} points (which compiles the code).")
        {
            file, dims, neighbors, components, epochs, minClusterSize, minSamples, seed, threads, labels, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            EmbeddingClusteringOptions options = new()
            {
                Neighbors = parsed.GetValue(neighbors),
                Components = parsed.GetValue(components),
                Epochs = parsed.GetValue(epochs),
                MinClusterSize = parsed.GetValue(minClusterSize),
                MinSamples = parsed.GetValue(minSamples),
                Seed = parsed.GetValue(seed),
                MaxDegreeOfParallelism = parsed.GetValue(threads),
            };
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims);
            WarmUp.Run(points, d, first => EmbeddingClustering.Fit(first, d, options, progress: null, cancellationToken));
            (EmbeddingClusteringResult result, Stopclock took) = Stopclock.Time(() => EmbeddingClustering.Fit(points, d, options, progress: null, cancellationToken));
            EmbedClusterMeasurement measured = new(
                "embed-cluster", points.Length / d, d, parsed.GetValue(threads), took.Seconds, took.CpuSeconds, took.PeakBytes,
                [.. result.Layers.Select((layer, at) => new EmbedClusterLayer(
                    layer.MinClusterSize, layer.Persistence, layer.Clusters.ClusterCount, layer.Clusters.Labels.Count(label => label < 0), at == result.ChosenLayer))]);
            PointsFile.Write<int>(parsed.GetValue(labels), result.Clusters.Labels);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : measured.Describe());
            return Task.FromResult(0);
        });
        return command;
    }
}
