using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>dbscan</c>: one fit of a file of points and how long it took.</summary>
internal static class DbscanCommand
{
    public static Command Create()
    {
        DbscanOptions defaults = new();
        Argument<FileInfo> file = new("FILE.f32") { Description = "Points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Dimensions of a point.", Required = true };
        Option<double?> epsilon = new("--epsilon") { Description = "One radius for all points; without it, radii follow the density." };
        Option<int> minPoints = new("--min-points") { Description = "Points within the radius of a core point.", DefaultValueFactory = _ => defaults.MinPoints };
        Option<double> scale = new("--epsilon-scale") { Description = "What local radii are multiplied by.", DefaultValueFactory = _ => defaults.EpsilonScale };
        Option<double> noise = new("--expected-noise") { Description = "The share of points in places too sparse for clusters.", DefaultValueFactory = _ => defaults.ExpectedNoise };
        Option<int> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster.", DefaultValueFactory = _ => defaults.MinClusterSize };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<FileInfo?> labels = new("--labels") { Description = "Write the labels as little-endian int32." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("dbscan", $"Times one fit with its stability, without loading, after a warm-up on the first {WarmUp.Count} points (which compiles the code).")
        {
            file, dims, epsilon, minPoints, scale, noise, minClusterSize, threads, labels, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            DbscanOptions options = new()
            {
                Epsilon = parsed.GetValue(epsilon),
                MinPoints = parsed.GetValue(minPoints),
                EpsilonScale = parsed.GetValue(scale),
                ExpectedNoise = parsed.GetValue(noise),
                MinClusterSize = parsed.GetValue(minClusterSize),
                MaxDegreeOfParallelism = parsed.GetValue(threads),
            };
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims);
            WarmUp.Run(points, d, first => Dbscan.Fit(first, d, options, progress: null, cancellationToken));
            (DbscanResult result, Stopclock took) = Stopclock.Time(() => Dbscan.Fit(points, d, options, progress: null, cancellationToken));
            DbscanMeasurement measured = new(
                options.Epsilon is null ? "adaptive-dbscan" : "dbscan", points.Length / d, d, options.MaxDegreeOfParallelism.Value, took.Seconds, took.CpuSeconds, took.PeakBytes,
                result.ClusterCount, result.NoiseShare, result.Stability.DefaultIfEmpty().Average());
            PointsFile.Write<int>(parsed.GetValue(labels), result.Labels);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : Describe(measured));
            return Task.FromResult(0);
        });
        return command;
    }

    private static string Describe(DbscanMeasurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.Algorithm} {m.N} x {m.D}, {m.Threads} threads: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s), {m.Clusters} clusters, {m.NoiseShare:0.0%} noise, mean stability {m.MeanStability:0.00}, peak {m.PeakBytes / 1048576.0:0} MB");
}
