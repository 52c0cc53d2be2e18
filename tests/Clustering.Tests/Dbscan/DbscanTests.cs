namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class DbscanTests
{
    [TestMethod]
    [DataRow(3000, 2, DistanceMetric.Euclidean, 0.5, 5, DisplayName = "a tree in 2 dimensions")]
    [DataRow(500, 3, DistanceMetric.Euclidean, 1.0, 4, DisplayName = "few points")]
    [DataRow(2500, 12, DistanceMetric.Euclidean, 4.0, 6, DisplayName = "panels in 12 dimensions")]
    [DataRow(400, 30, DistanceMetric.Euclidean, 7.0, 3, DisplayName = "few points in 30 dimensions")]
    [DataRow(1000, 5, DistanceMetric.Cosine, 0.01, 5, DisplayName = "cosine")]
    [DataRow(800, 2, DistanceMetric.Euclidean, 0.3, 1, DisplayName = "every point a core point")]
    [DataRow(800, 2, DistanceMetric.Euclidean, 100.0, 5, DisplayName = "a radius around everything")]
    [DataRow(300, 2, DistanceMetric.Euclidean, 1e200, 5, DisplayName = "a radius whose square overflows")]
    public void With_one_radius_it_is_plain_dbscan(int count, int dimensions, DistanceMetric metric, double epsilon, int minPoints)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 5, seed: 17);
        DbscanOptions options = new() { Epsilon = epsilon, MinPoints = minPoints, Metric = metric, StabilityRange = 0 };
        DbscanResult found = Dbscan.Fit(points, dimensions, options);

        double[] radii = [.. Enumerable.Repeat(epsilon, count)];
        (int[] labels, bool[] core) = BruteForceDbscan.Cluster(points, dimensions, metric, radii, minPoints);
        found.IsCore.ShouldBe(core);
        found.Labels.ShouldBe(labels);
        found.Epsilons.ShouldBe(radii);
        found.Stability.ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(27)]
    public void A_distance_that_equals_the_radius_is_within_it(int dimensions)
    {
        float[] points = [.. Enumerable.Repeat(0f, dimensions), .. Enumerable.Repeat(1f, dimensions)];

        Dbscan.Fit(points, dimensions, new DbscanOptions { Epsilon = Math.Sqrt(dimensions), MinPoints = 2 }).Labels.ShouldBe([0, 0]);
    }

    [TestMethod]
    [DataRow(2500, 2, DistanceMetric.Euclidean)]
    [DataRow(600, 6, DistanceMetric.Euclidean)]
    [DataRow(2100, 24, DistanceMetric.Euclidean)]
    [DataRow(700, 4, DistanceMetric.Cosine)]
    public void With_local_radii_it_links_what_is_within_both_and_borders_join_the_nearest_core_point(int count, int dimensions, DistanceMetric metric)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 4, seed: 23);
        DbscanResult found = Dbscan.Fit(points, dimensions, new DbscanOptions { Metric = metric });

        double[] radii = BruteForceDbscan.Radii(points, dimensions, metric, found.Options);
        for (int i = 0; i < count; i++)
        {
            found.Epsilons[i].ShouldBe(radii[i], 1e-9);
        }

        (int[] labels, bool[] core) = BruteForceDbscan.Cluster(points, dimensions, metric, found.Epsilons, 5);
        found.IsCore.ShouldBe(core);
        found.Labels.ShouldBe(labels);
        found.ClusterCount.ShouldBe(labels.Max() + 1);
        found.NoiseShare.ShouldBe(labels.Count(label => label < 0) / (double)count);
    }

    [TestMethod]
    public void Two_dense_groups_beside_each_other_and_a_sparse_one_are_found_where_no_single_radius_finds_them()
    {
        (float[] points, int[] truth) = TwoDensities();
        double best = Enumerable.Range(1, 40).Max(step => WorstFound(truth, Dbscan.Fit(points, 2, new DbscanOptions { Epsilon = step * 0.05, StabilityRange = 0 }).Labels));
        DbscanResult found = Dbscan.Fit(points, 2, new DbscanOptions { MinClusterSize = 20 });

        best.ShouldBeLessThan(0.6);
        WorstFound(truth, found.Labels).ShouldBeGreaterThan(0.9);
        found.ClusterCount.ShouldBe(3);
        found.ClusterEpsilons.Max().ShouldBeGreaterThan(8 * found.ClusterEpsilons.Min());
        found.Stability.ShouldAllBe(stability => stability > 0.9);
        found.NoiseShare.ShouldBeInRange(0, 0.1);
    }

    [TestMethod]
    public void A_cluster_that_hangs_by_a_thread_is_less_stable_than_one_apart()
    {
        // Two grids joined by one bridge as long as the radius, and a third far away.
        float[] points = [.. Grid(0, 0), .. Grid(13.9f, 0), .. Grid(100, 0)];
        DbscanResult found = Dbscan.Fit(points, 2, new DbscanOptions { Epsilon = 5, MinPoints = 4, StabilityRange = 0.1 });

        found.ClusterCount.ShouldBe(2);
        found.Stability[found.Labels[0]].ShouldBe((1 + 0.5) / 2, 1e-12);
        found.Stability[found.Labels[^1]].ShouldBe(1);
    }

    [TestMethod]
    [DataRow(2, null)]
    [DataRow(16, null)]
    [DataRow(2, 0.4)]
    public void Any_number_of_threads_gives_the_same(int dimensions, double? epsilon)
    {
        float[] points = TestPoints.Blobs(3000, dimensions, 6, seed: 31);
        DbscanResult one = Dbscan.Fit(points, dimensions, new DbscanOptions { Epsilon = epsilon, MaxDegreeOfParallelism = 1 });
        DbscanResult five = Dbscan.Fit(points, dimensions, new DbscanOptions { Epsilon = epsilon, MaxDegreeOfParallelism = 5 });

        five.Labels.ShouldBe(one.Labels);
        five.IsCore.ShouldBe(one.IsCore);
        five.Epsilons.ShouldBe(one.Epsilons);
        five.Stability.ShouldBe(one.Stability);
        one.Stability.Length.ShouldBe(one.ClusterCount);
    }

    [TestMethod]
    public void The_order_of_the_points_does_not_matter()
    {
        float[] points = TestPoints.Blobs(1500, 3, 5, seed: 2);
        int[] order = [.. Enumerable.Range(0, 1500).OrderBy(i => i * 7919 % 1500)];
        int[] expected = Dbscan.Fit(points, 3).Labels;
        int[] found = Dbscan.Fit(TestPoints.Reorder(points, 3, order), 3).Labels;
        PartitionAgreement.AdjustedRandIndex(found, [.. order.Select(i => expected[i])]).ShouldBe(1);
    }

    [TestMethod]
    public void Duplicates_and_tiny_inputs_are_no_trouble()
    {
        Dbscan.Fit(new float[] { 1, 2 }, 2).Labels.ShouldBe([-1]);
        Dbscan.Fit(new float[] { 1, 2, 1, 2, 9, 9 }, 2, new DbscanOptions { MinPoints = 2, ExpectedNoise = 0 }).Labels[..2].ShouldBe([0, 0]);
        Dbscan.Fit(new float[20], 2).Labels.ShouldAllBe(label => label == 0);
    }

    [TestMethod]
    public void A_cancelled_fit_stops_and_progress_rises_to_one()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        float[] points = TestPoints.Blobs(1000, 2, 3, seed: 1);
        Should.Throw<OperationCanceledException>(() => Dbscan.Fit(points, 2, ct: stop.Token));
        List<double> shares = [];
        Dbscan.Fit(points, 2, new DbscanOptions { MaxDegreeOfParallelism = 1 }, new Recorder(shares));
        shares.ShouldBe(shares.Order());
        shares[^1].ShouldBe(1);
    }

    [TestMethod]
    public void Bad_input_is_refused_with_its_name_its_value_and_its_range()
    {
        Message(new float[2], 2, new DbscanOptions { Epsilon = -1 }).ShouldContain("Epsilon is -1; it must be null, or finite and 0 or more");
        Message(new float[2], 2, new DbscanOptions { MinPoints = 0 }).ShouldContain("MinPoints is 0; it must be 1 or more");
        Message(new float[2], 2, new DbscanOptions { MinPoints = 1 }).ShouldContain("MinPoints is 1; it must be 2 or more where Epsilon is null");
        Message(new float[2], 2, new DbscanOptions { EpsilonScale = 0 }).ShouldContain("EpsilonScale is 0; it must be finite and above 0");
        Message(new float[2], 2, new DbscanOptions { ExpectedNoise = 1 }).ShouldContain("ExpectedNoise is 1; it must be 0 or more and below 1");
        Message(new float[2], 2, new DbscanOptions { StabilityRange = double.NaN }).ShouldContain("StabilityRange is NaN");
        Message(new float[2], 2, new DbscanOptions { MinClusterSize = 0 }).ShouldContain("MinClusterSize is 0; it must be 1 or more");
        Message([1, float.NaN], 2, new DbscanOptions()).ShouldContain("row 0, column 1");
        Message([1, 2, 3], 2, new DbscanOptions()).ShouldContain("dimensions is 2, which does not divide the 3 numbers");
        Message([], 2, new DbscanOptions()).ShouldContain("points holds 0 rows; clustering needs 1 or more");
        Message([0, 0], 2, new DbscanOptions { Metric = DistanceMetric.Cosine }).ShouldContain("zero vector in row 0");
    }

    private static string Message(float[] points, int dimensions, DbscanOptions options) =>
        Should.Throw<ArgumentException>(() => Dbscan.Fit(points, dimensions, options)).Message;

    /// <summary>How much of the worst found group is found: the least of the groups' largest Jaccard similarities with a cluster.</summary>
    private static double WorstFound(int[] truth, int[] labels) => LabelSimilarity.Best(truth, labels).Min();

    private static IEnumerable<float> Grid(float x, float y) => Enumerable.Range(0, 16).SelectMany(i => new[] { x + i % 4 * 3f, y + i / 4 * 3f });

    /// <summary>Two tight groups a small step apart, a wide one in which neighbours are farther apart than that step, and a little noise.</summary>
    private static (float[] Points, int[] Truth) TwoDensities()
    {
        Random random = new(11);
        int[] truth = [.. Enumerable.Range(0, 1500).Select(i => i % 50 == 0 ? -1 : i % 3)];
        float[] points = [.. truth.SelectMany(group => group switch
        {
            -1 => new[] { random.NextSingle() * 120 - 60, random.NextSingle() * 120 - 60 },
            0 => [random.NextSingle(), random.NextSingle()],
            1 => [1.5f + random.NextSingle(), random.NextSingle()],
            _ => [10 + random.NextSingle() * 20, random.NextSingle() * 20],
        })];
        return (points, truth);
    }

    private sealed class Recorder(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
