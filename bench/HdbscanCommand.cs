using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>hdbscan FILE.f32</c>: times one fit of a file of points.</summary>
internal static class HdbscanCommand
{
    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.f32") { Description = "The points: little-endian float32, row-major." };
        Option<int> dims = new("--dims") { Description = "Coordinates of a point.", Required = true };
        Option<int> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster.", DefaultValueFactory = _ => 15 };
        Option<int> minSamples = new("--min-samples") { Description = "The neighbour whose distance is the core distance.", DefaultValueFactory = _ => 5 };
        Option<DistanceMetric> metric = new("--metric") { Description = "The distance between two points.", DefaultValueFactory = _ => DistanceMetric.Euclidean };
        Option<string> selection = new("--selection") { Description = "How clusters are chosen: excess of mass, or the leaves of the tree.", DefaultValueFactory = _ => "eom" };
        selection.AcceptOnlyFromAmong("eom", "leaf");
        Option<double> epsilon = new("--epsilon") { Description = "Clusters born below this distance are merged." };
        Option<bool> single = new("--allow-single-cluster") { Description = "Whether one cluster of everything may be chosen." };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<bool> collapse = new("--collapse") { Description = "Make one point with a weight of equal rows first, within the clock." };
        Option<bool> approximate = new("--approximate") { Description = "Search neighbours approximately, and tell how near that comes." };
        Option<int> seed = new("--seed") { Description = "Seeds an approximate search.", DefaultValueFactory = _ => 42 };
        Option<FileInfo?> labels = new("--labels") { Description = "Write the labels as little-endian int32." };
        Option<FileInfo?> probabilities = new("--probabilities") { Description = "Write the probabilities as little-endian float64." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("hdbscan", $"Times one fit, without loading, after a warm-up fit of the first {WarmUp.Count} points (which compiles the code).")
        {
            file, dims, minClusterSize, minSamples, metric, selection, epsilon, single, threads, collapse, approximate, seed, labels, probabilities, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            HdbscanOptions options = new()
            {
                MinClusterSize = parsed.GetValue(minClusterSize),
                MinSamples = parsed.GetValue(minSamples),
                Metric = parsed.GetValue(metric),
                SelectionMethod = string.Equals(parsed.GetValue(selection), "leaf", StringComparison.Ordinal) ? ClusterSelectionMethod.Leaf : ClusterSelectionMethod.ExcessOfMass,
                ClusterSelectionEpsilon = parsed.GetValue(epsilon),
                AllowSingleCluster = parsed.GetValue(single),
                MaxDegreeOfParallelism = parsed.GetValue(threads),
                NeighborSearch = parsed.GetValue(approximate) ? NeighborSearchMethod.Approximate : NeighborSearchMethod.Exact,
                Seed = parsed.GetValue(seed),
            };
            float[] points = PointsFile.Read(parsed.GetRequiredValue(file));
            int d = parsed.GetValue(dims);
            Func<ReadOnlyMemory<float>, HdbscanResult> fit = parsed.GetValue(collapse)
                ? some => FitCollapsed(some, d, options, cancellationToken)
                : some => Hdbscan.Fit(some, d, options, progress: null, cancellationToken);
            WarmUp.Run(points, d, some => fit(some));
            (HdbscanResult result, Stopclock took) = Stopclock.Time(() => fit(points));
            HdbscanMeasurement measured = new(
                "hdbscan", points.Length / d, d, parsed.GetValue(threads), took.Seconds, took.CpuSeconds, took.PeakBytes, result.ClusterCount,
                result.Labels.Count(label => label < 0), result.MinimumSpanningTree.TotalWeight)
            {
                Recall = result.Approximation?.Recall,
                EstimatedExcess = result.Approximation?.ExcessWeight,
                Components = result.Approximation?.Components,
            };
            PointsFile.Write<int>(parsed.GetValue(labels), result.Labels);
            PointsFile.Write<double>(parsed.GetValue(probabilities), result.Probabilities);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : Describe(measured));
            return Task.FromResult(0);
        });
        return command;
    }

    private static HdbscanResult FitCollapsed(ReadOnlyMemory<float> points, int dimensions, HdbscanOptions options, CancellationToken cancellationToken)
    {
        DistinctRows rows = DistinctRows.Of(points, dimensions, weights: null, cancellationToken);
        HdbscanResult result = Hdbscan.Fit(rows.Points, dimensions, rows.Weights, options, progress: null, cancellationToken);
        return result with { Labels = rows.Spread<int>(result.Labels), Probabilities = rows.Spread<double>(result.Probabilities) };
    }

    private static string Describe(HdbscanMeasurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.N} x {m.D}, {m.Threads} threads: {m.Seconds:0.000} s (processor {m.CpuSeconds:0.00} s), {m.Clusters} clusters, {m.Noise} noise, tree weight {m.MstWeight:R}, peak {m.PeakBytes / 1048576.0:0} MB{(m.Recall is double recall ? string.Create(CultureInfo.InvariantCulture, $"; approximate: recall {recall:P1}, tree about {m.EstimatedExcess:P3} too heavy, {m.Components} components") : "")}");
}
