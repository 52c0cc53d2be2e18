using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>birch</c>: the subclusters of a file of points and how long they took.</summary>
internal static class BirchCommand
{
    public static Command Create()
    {
        BirchOptions defaults = new();
        Argument<FileInfo> file = new("FILE.f32") { Description = "Points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Dimensions of a point.", Required = true };
        Option<double> threshold = new("--threshold") { Description = "The largest radius of a subcluster.", DefaultValueFactory = _ => defaults.Threshold };
        Option<int> branching = new("--branching-factor") { Description = "The most entries of a node.", DefaultValueFactory = _ => defaults.BranchingFactor };
        Option<int?> most = new("--maximum-subclusters") { Description = "The most subclusters; the threshold rises where there would be more." };
        Option<int> threads = new("--threads") { Description = "Threads of the labelling; inserting takes one.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<FileInfo?> labels = new("--labels") { Description = "Write each point's nearest subcluster as little-endian int32." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("birch", $"Times one pass over all points, without loading, after a warm-up on the first {WarmUp.Count} (which compiles the code), and the labelling after it.")
        {
            file, dims, threshold, branching, most, threads, labels, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            BirchOptions options = new() { Threshold = parsed.GetValue(threshold), BranchingFactor = parsed.GetValue(branching), MaximumSubclusters = parsed.GetValue(most) };
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims), workers = parsed.GetValue(threads);
            WarmUp.Run(points, d, first => Insert(first, d, options, cancellationToken).Subclusters().Label(first, workers, progress: null, cancellationToken));
            (Birch birch, Stopclock took) = Stopclock.Time(() => Insert(points, d, options, cancellationToken));
            BirchSubclusters subclusters = birch.Subclusters();
            (int[] labelled, Stopclock labelling) = Stopclock.Time(() => subclusters.Label(points, workers, progress: null, cancellationToken));
            BirchMeasurement measured = new(
                "birch", points.Length / d, d, workers, birch.Threshold, options.BranchingFactor, took.Seconds, took.CpuSeconds, labelling.Seconds, labelling.PeakBytes,
                subclusters.Count, subclusters.Radii.DefaultIfEmpty().Max());
            PointsFile.Write<int>(parsed.GetValue(labels), labelled);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : Describe(measured));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Birch Insert(ReadOnlyMemory<float> points, int dimensions, BirchOptions options, CancellationToken ct)
    {
        Birch birch = new(dimensions, options);
        birch.InsertMany(points, ct: ct);
        return birch;
    }

    private static string Describe(BirchMeasurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.N} x {m.D}, threshold {m.Threshold:0.###}, branching factor {m.BranchingFactor}: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s), {m.Subclusters} subclusters of radius {m.LargestRadius:0.000} at most, labels {m.LabelSeconds:0.000} s on {m.Threads} threads, peak {m.PeakBytes / 1048576.0:0} MB");
}
