using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>umap-recall FILE.f32</c>: holds the approximate neighbour graph of a file of points against the exact one.</summary>
internal static class UmapRecallCommand
{
    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.f32") { Description = "The points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Coordinates of a point.", Required = true };
        Option<int> neighbors = new("--neighbors") { Description = "The neighbourhood's size.", DefaultValueFactory = _ => 15 };
        Option<DistanceMetric> metric = new("--metric") { Description = "The distance between two points.", DefaultValueFactory = _ => DistanceMetric.Cosine };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("umap-recall", "The share of the edges of the exact neighbour graph that the approximate one has, and what both take.") { file, dims, neighbors, metric, threads, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims);
            UmapOptions options = new() { Neighbors = parsed.GetValue(neighbors), Metric = parsed.GetValue(metric), MaxDegreeOfParallelism = parsed.GetValue(threads) };
            (UmapGraph exact, Stopclock exactTook) = Time(points, d, options with { NeighborSearch = NeighborSearchMethod.Exact }, cancellationToken);
            (UmapGraph approximate, Stopclock took) = Time(points, d, options with { NeighborSearch = NeighborSearchMethod.Approximate }, cancellationToken);
            UmapRecallMeasurement m = new("umap-recall", exact.Count, d, parsed.GetValue(threads), took.Seconds, took.CpuSeconds, exactTook.Seconds, exactTook.CpuSeconds, Shared(exact, approximate));
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(m, JsonSerializerOptions.Web) : string.Create(
                CultureInfo.InvariantCulture,
                $"{m.N} x {m.D}, {m.Threads} threads: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s) with {m.Recall:P1} of the edges; exact {m.ExactSeconds:0.000} s (processor {m.ExactCpuSeconds:0.00} s)"));
            return Task.FromResult(0);
        });
        return command;
    }

    private static (UmapGraph Graph, Stopclock Took) Time(float[] points, int d, UmapOptions options, CancellationToken cancellationToken)
    {
        WarmUp.Run(points, d, first => Umap.BuildGraph(first, d, options, progress: null, cancellationToken));
        return Stopclock.Time(() => Umap.BuildGraph(points, d, options, progress: null, cancellationToken));
    }

    private static double Shared(UmapGraph exact, UmapGraph approximate)
    {
        int shared = 0;
        for (int i = 0; i < exact.Count; i++)
        {
            shared += exact.Columns[exact.RowOffsets[i]..exact.RowOffsets[i + 1]].Intersect(approximate.Columns[approximate.RowOffsets[i]..approximate.RowOffsets[i + 1]]).Count();
        }

        return (double)shared / Math.Max(1, exact.Columns.Length);
    }
}
