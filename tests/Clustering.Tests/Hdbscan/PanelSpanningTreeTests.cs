namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class PanelSpanningTreeTests
{
    private static readonly string[] Shapes = ["random", "blobs", "duplicates", "lattice", "offset", "scales", "hubs"];

    public static IEnumerable<object[]> Cases =>
        from shape in Shapes
        from size in new (int Count, int Dimensions, int MinSamples)[] { (2, 3, 1), (7, 1, 6), (33, 40, 2), (97, 5, 5), (500, 24, 1), (700, 64, 8), (1300, 33, 5) }
        select new object[] { shape, size.Count, size.Dimensions, size.MinSamples };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_tree_weighs_what_that_of_all_pairs_weighs(string shape, int count, int dimensions, int minSamples)
    {
        float[] points = Make(shape, count, dimensions, 17);
        foreach (DistanceMetric metric in Enum.GetValues<DistanceMetric>())
        {
            PointSet set = PointSet.Create(points, dimensions, metric, "points");
            SpannedGraph pairs = Build(set, minSamples, 1, SpanningTreeMethod.AllPairs, 2);
            SpannedGraph panels = Build(set, minSamples, 1, SpanningTreeMethod.Panels, 2);
            panels.CoreDistances.ShouldBe(pairs.CoreDistances);
            panels.PredictionCoreDistances.ShouldBe(pairs.PredictionCoreDistances);
            panels.Tree.Weights.Order().ShouldBe(pairs.Tree.Weights.Order());
            Math.Abs(panels.Tree.TotalWeight - pairs.Tree.TotalWeight).ShouldBeLessThanOrEqualTo(1e-12 * pairs.Tree.TotalWeight);
            ShouldSpan(panels.Tree, set, panels.CoreDistances);
        }
    }

    [TestMethod]
    [DataRow(3000, 30, 4)]
    [DataRow(2600, 200, 15)]
    public void Where_distances_differ_thousands_of_points_give_the_very_tree_of_all_pairs(int count, int dimensions, int minSamples)
    {
        PointSet set = PointSet.Create(TestPoints.Blobs(count, dimensions, 8, 3), dimensions, DistanceMetric.Euclidean, "points");
        ShouldBeSame(Build(set, minSamples, 1, SpanningTreeMethod.Auto, 2), Build(set, minSamples, 1, SpanningTreeMethod.AllPairs, 2));
    }

    [TestMethod]
    public void More_components_than_a_table_holds_are_joined_in_rounds_first()
    {
        float[] pairs = [.. Enumerable.Range(0, 1700).SelectMany(i => TestPoints.Blobs(18, 2, 1, i).Select((value, at) => (value / 1000) + (i * (at % 2 == 0 ? 7 : 3) % 1009)))];
        PointSet set = PointSet.Create(pairs, 2, DistanceMetric.Euclidean, "points");
        SpannedGraph panels = Build(set, 1, 1, SpanningTreeMethod.Panels, 2);
        SpannedGraph tree = Build(set, 1, 1, SpanningTreeMethod.Tree, 2);
        panels.Tree.Weights.Order().ShouldBe(tree.Tree.Weights.Order());
    }

    [TestMethod]
    [DynamicData(nameof(ShapeNames))]
    public void The_number_of_threads_changes_no_bit(string shape)
    {
        PointSet set = PointSet.Create(Make(shape, 900, 26, 5), 26, DistanceMetric.Euclidean, "points");
        SpannedGraph one = Build(set, 3, 1, SpanningTreeMethod.Panels, 1);
        foreach (int threads in new[] { 2, 5 })
        {
            ShouldBeSame(Build(set, 3, 1, SpanningTreeMethod.Panels, threads), one);
        }
    }

    [TestMethod]
    [DataRow(0.5)]
    [DataRow(1.7)]
    public void Alpha_is_respected(double alpha)
    {
        PointSet set = PointSet.Create(TestPoints.Blobs(800, 25, 5, 2), 25, DistanceMetric.Euclidean, "points");
        Build(set, 4, alpha, SpanningTreeMethod.Panels, 2).Tree.Weights.Order().ShouldBe(Build(set, 4, alpha, SpanningTreeMethod.AllPairs, 2).Tree.Weights.Order());
    }

    [TestMethod]
    [DataRow(1e-38f)]
    [DataRow(1e36f)]
    public void Coordinates_near_the_ends_of_single_precision_keep_their_tree(float unit)
    {
        float[] points = Array.ConvertAll(TestPoints.Blobs(600, 22, 4, 2), value => value * unit);
        PointSet set = PointSet.Create(points, 22, DistanceMetric.Euclidean, "points");
        ShouldBeSame(Build(set, 4, 1, SpanningTreeMethod.Panels, 2), Build(set, 4, 1, SpanningTreeMethod.AllPairs, 2));
    }

    [TestMethod]
    public void A_cancelled_search_stops_and_progress_rises()
    {
        float[] points = TestPoints.Blobs(2500, 24, 5, 2);
        using CancellationTokenSource source = new();
        List<double> seen = [];
        Hdbscan.Fit(points, 24, new HdbscanOptions { MaxDegreeOfParallelism = 1 }, new Listener(seen.Add));
        seen.ShouldBeInOrder();
        seen[^1].ShouldBe(1);
        seen.Count.ShouldBeGreaterThan(20);
        Should.Throw<OperationCanceledException>(() => Hdbscan.Fit(points, 24, null, new Listener(_ => source.Cancel()), source.Token));
    }

    public static IEnumerable<object[]> ShapeNames => Shapes.Select(shape => new object[] { shape });

    private static SpannedGraph Build(PointSet set, int minSamples, double alpha, SpanningTreeMethod method, int threads) =>
        SpanningTrees.Build(set, null, Math.Min(minSamples, set.Count - 1), alpha, method, threads, null, CancellationToken.None);

    private static float[] Make(string shape, int count, int dimensions, int seed)
    {
        Random random = new(seed);
        float[] blobs = TestPoints.Blobs(count, dimensions, 6, seed);
        return shape switch
        {
            "random" => Array.ConvertAll(blobs, _ => random.NextSingle() + 0.01f),
            "duplicates" => [.. Enumerable.Range(0, count).SelectMany(i => blobs.Skip(i / 9 * dimensions).Take(dimensions))],
            "lattice" => Array.ConvertAll(blobs, _ => 1f + random.Next(2)),
            "offset" => Array.ConvertAll(blobs, value => MathF.Round(value * 16) / 16 + 100_000),
            "scales" => [.. blobs.Select((value, at) => at / dimensions % 50 == 0 ? value * 1e6f : value)],
            "hubs" => [.. blobs.Select((value, at) => value * (1 + (at / dimensions % 7)))],
            _ => blobs,
        };
    }

    private static void ShouldSpan(MinimumSpanningTree tree, PointSet set, double[] core)
    {
        MutualReachability graph = new(set, core, 1);
        DisjointSet sets = new(set.Count);
        for (int edge = 0; edge < tree.Weights.Length; edge++)
        {
            sets.Union(tree.Sources[edge], tree.Targets[edge]).ShouldBeTrue();
            tree.Weights[edge].ShouldBe(graph.Between(tree.Sources[edge], tree.Targets[edge]));
        }
    }

    private static void ShouldBeSame(SpannedGraph actual, SpannedGraph expected)
    {
        actual.CoreDistances.ShouldBe(expected.CoreDistances);
        actual.Tree.Weights.ShouldBe(expected.Tree.Weights);
        actual.Tree.Sources.ShouldBe(expected.Tree.Sources);
        actual.Tree.Targets.ShouldBe(expected.Tree.Targets);
    }

    private sealed class Listener(Action<double> listen) : IProgress<double>
    {
        public void Report(double value) => listen(value);
    }
}
