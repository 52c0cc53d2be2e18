using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>pass FILE.f32</c>: times the search for neighbours among all pairs alone, beside the machine's limit.</summary>
internal static class PassCommand
{
    private const int Repeats = 3;

    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.f32") { Description = "The points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Coordinates of a point.", Required = true };
        Option<int> neighbors = new("--neighbors") { Description = "Neighbours to list.", DefaultValueFactory = _ => 16 };
        Option<int> certain = new("--certain") { Description = "How many of them must be the nearest.", DefaultValueFactory = _ => 5 };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("pass", $"Times the pass over all pairs that lists each point's neighbours, the best of {Repeats} after a warm-up, and its ratio to the multiply-add limit.")
        {
            file, dims, neighbors, certain, threads, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims), t = parsed.GetValue(threads), k = parsed.GetValue(neighbors), sure = parsed.GetValue(certain);
            WarmUp.Run(points, d, first => Pass(first, d, k, sure, t, cancellationToken));
            Stopclock best = Enumerable.Range(0, Repeats).Select(_ => Pass(points, d, k, sure, t, cancellationToken)).MinBy(took => took.Seconds);
            double rate = LimitCommand.Measure(t).MultiplyAddsPerSecond, n = points.Length / d, atLimit = n * n * d / rate;
            PassMeasurement measured = new((int)n, d, t, best.Seconds, best.CpuSeconds, rate, best.Seconds / atLimit, 2 * best.Seconds / atLimit);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : Describe(measured));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Stopclock Pass(ReadOnlyMemory<float> points, int dimensions, int k, int certain, int threads, CancellationToken ct)
    {
        PointSet set = PointSet.Create(points, dimensions, DistanceMetric.Euclidean, nameof(points));
        PanelPoints panels = PanelPoints.Create(set, threads, ct);
        panels.Pack(Enumerable.Range(0, set.Count).ToArray(), threads, ct);
        return Stopclock.Time(() => PanelNeighbors.Search(set, panels, k, certain, threads, progress: null, ct)).Took;
    }

    private static string Describe(PassMeasurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.N} x {m.D}, {m.Threads} threads: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s), limit {m.MultiplyAddsPerSecond / 1e9:0.0} G multiply-adds/s; {m.Ratio:0.00} times all ordered pairs at the limit, {m.RatioOfDone:0.00} times the half of them that is done");
}
