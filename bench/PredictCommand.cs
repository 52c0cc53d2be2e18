using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>predict FILE.f32</c>: times predictions of new points by a model of a file of points.</summary>
internal static class PredictCommand
{
    private const int Repetitions = 3;
    private const int Singles = 101;
    private const int FewestFitted = 2;

    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.f32") { Description = "The points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Coordinates of a point.", Required = true };
        Option<FileInfo?> fresh = new("--new") { Description = "The new points, in the same form." };
        Option<int?> freshCount = new("--new-count") { Description = "Instead: keep the file's last N points out of the fit and predict them." };
        Option<int> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster.", DefaultValueFactory = _ => 15 };
        Option<int> minSamples = new("--min-samples") { Description = "The neighbour whose distance is the core distance.", DefaultValueFactory = _ => 5 };
        Option<DistanceMetric> metric = new("--metric") { Description = "The distance between two points.", DefaultValueFactory = _ => DistanceMetric.Euclidean };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("predict", $"Times predictions after a fit: all new points at once (the best of {Repetitions}), their membership vectors, and one point alone (the median of {Singles}).")
        {
            file, dims, fresh, freshCount, minClusterSize, minSamples, metric, threads, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(fresh) is null == result.GetValue(freshCount) is null)
            {
                result.AddError("Give either --new or --new-count.");
            }

            int d = result.GetValue(dims);
            if (result.GetValue(file) is not { } points || result.GetResult(dims) is null)
            {
                return;
            }

            if ((PointsFile.Fault(points, d) ?? (result.GetValue(fresh) is { } other ? PointsFile.Fault(other, d) : null)) is string fault)
            {
                result.AddError(fault);
                return;
            }

            long most = (points.Length / (sizeof(float) * d)) - FewestFitted;
            if (result.GetValue(freshCount) is int count && (count < 1 || count > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--new-count is {count}; it must be 1 to {most}, which leaves {FewestFitted} points to fit."));
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            HdbscanOptions options = new()
            {
                MinClusterSize = parsed.GetValue(minClusterSize),
                MinSamples = parsed.GetValue(minSamples),
                Metric = parsed.GetValue(metric),
                MaxDegreeOfParallelism = parsed.GetValue(threads),
            };
            int d = parsed.GetValue(dims);
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int kept = points.Length - ((parsed.GetValue(freshCount) ?? 0) * d);
            ReadOnlyMemory<float> queries = parsed.GetValue(fresh) is { } other ? PointsFile.Read(other) : points.AsMemory(kept);
            PredictMeasurement measured = Measure(points.AsMemory(0, kept), queries, d, options, cancellationToken);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : Describe(measured));
            return Task.FromResult(0);
        });
        return command;
    }

    private static PredictMeasurement Measure(ReadOnlyMemory<float> points, ReadOnlyMemory<float> queries, int d, HdbscanOptions options, CancellationToken ct)
    {
        (HdbscanModel model, Stopclock fit) = Stopclock.Time(() => Hdbscan.Fit(points, d, options, ct: ct).ToModel(points));
        (HdbscanPredictor predictor, Stopclock prepare) = Stopclock.Time(() => new HdbscanPredictor(model, options.MaxDegreeOfParallelism));
        int count = queries.Length / d;
        Stopclock[] single = [.. Enumerable.Range(0, Singles).Select(i => Stopclock.Time(() => predictor.Predict(queries.Slice(i % count * d, d), ct: ct)).Took)];
        (HdbscanPrediction Result, Stopclock Took)[] all = [.. Enumerable.Range(0, Repetitions).Select(_ => Stopclock.Time(() => predictor.Predict(queries, ct: ct)))];
        Stopclock best = all.Select(run => run.Took).MinBy(took => took.Seconds);
        (_, Stopclock membership) = Stopclock.Time(() => predictor.StreamMembershipVectors(queries, ct: ct).Sum(block => block.Count));
        return new PredictMeasurement(
            "predict", points.Length / d, d, count, options.MaxDegreeOfParallelism ?? Environment.ProcessorCount, fit.Seconds, prepare.Seconds, best.Seconds, best.CpuSeconds, membership.Seconds,
            Math.Round(single.Select(took => took.Seconds).Order().ElementAt(Singles / 2) * 1000, 2), membership.PeakBytes, predictor.ClusterCount, all[0].Result.Labels.Count(label => label < 0));
    }

    private static string Describe(PredictMeasurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.NewPoints} new points against {m.N} x {m.D}, {m.Threads} threads: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s), membership vectors {m.MembershipSeconds:0.000} s, one point {m.SingleMilliseconds:0.00} ms; fit {m.FitSeconds:0.00} s, predictor {m.PrepareSeconds:0.00} s, {m.Clusters} clusters, {m.Noise} noise, peak {m.PeakBytes / 1048576.0:0} MB");
}
