namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class HdbscanTests
{
    private static readonly HdbscanOptions Default = new() { MinClusterSize = 10, MinSamples = 5 };

    [TestMethod]
    [DataRow(2500, 3)]
    [DataRow(700, 3)]
    [DataRow(900, 300)]
    public void The_number_of_threads_changes_no_bit(int count, int dimensions)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 6, 1);
        HdbscanResult one = Hdbscan.Fit(points, dimensions, Default with { MaxDegreeOfParallelism = 1 });
        foreach (int threads in new[] { 2, 5 })
        {
            HdbscanResult many = Hdbscan.Fit(points, dimensions, Default with { MaxDegreeOfParallelism = threads });
            ShouldBeSame(many, one);
        }

        one.ClusterCount.ShouldBeGreaterThan(1);
    }

    [TestMethod]
    [DataRow(1, 2)]
    [DataRow(5, 5)]
    [DataRow(15, 8)]
    [DataRow(4, 20)]
    public void The_kd_tree_gives_the_very_result_of_all_pairs_where_distances_differ(int minSamples, int dimensions)
    {
        float[] points = TestPoints.Blobs(1200, dimensions, 5, 7);
        HdbscanOptions options = Default with { MinSamples = minSamples };
        HdbscanResult pairs = Hdbscan.FitBy(points, dimensions, options, SpanningTreeMethod.AllPairs, null, CancellationToken.None);
        HdbscanResult tree = Hdbscan.FitBy(points, dimensions, options, SpanningTreeMethod.Tree, null, CancellationToken.None);
        ShouldBeSame(tree, pairs);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public void On_a_lattice_with_duplicates_the_kd_tree_gives_a_tree_of_the_same_weights(int minSamples)
    {
        float[] points = [.. Enumerable.Range(0, 900).SelectMany(i => new float[] { i % 20, i / 20 % 20, i % 7 % 2 })];
        HdbscanOptions options = Default with { MinSamples = minSamples };
        HdbscanResult pairs = Hdbscan.FitBy(points, 3, options, SpanningTreeMethod.AllPairs, null, CancellationToken.None);
        HdbscanResult tree = Hdbscan.FitBy(points, 3, options, SpanningTreeMethod.Tree, null, CancellationToken.None);
        tree.MinimumSpanningTree.Weights.Order().ShouldBe(pairs.MinimumSpanningTree.Weights.Order());
        foreach (int threads in new[] { 1, 3 })
        {
            ShouldBeSame(Hdbscan.FitBy(points, 3, options with { MaxDegreeOfParallelism = threads }, SpanningTreeMethod.Tree, null, CancellationToken.None), tree);
        }
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void The_order_of_the_points_changes_the_numbering_only(DistanceMetric metric)
    {
        float[] points = TestPoints.Blobs(500, 4, 5, 3);
        int[] order = [.. Enumerable.Range(0, 500)];
        new Random(5).Shuffle(order);
        HdbscanOptions options = new() { MinClusterSize = 8, MinSamples = 1, Metric = metric };
        HdbscanResult first = Hdbscan.Fit(points, 4, options);
        HdbscanResult second = Hdbscan.Fit(TestPoints.Reorder(points, 4, order), 4, options);

        first.MinimumSpanningTree.Weights.Distinct().Count().ShouldBe(499);
        Closeness.SamePartition(second.Labels, [.. order.Select(row => first.Labels[row])]).ShouldBeTrue();
        second.OutlierScores.ShouldMatch([.. order.Select(row => first.OutlierScores[row])], 1e-12, "outlier scores");
    }

    [TestMethod]
    [DataRow(SpanningTreeMethod.AllPairs)]
    [DataRow(SpanningTreeMethod.Tree)]
    public void A_huge_offset_loses_no_small_distance(object method)
    {
        float[] near = [.. Enumerable.Range(0, 400).Select(i => (i < 200 ? 0f : 64f) + i % 200 * 0.0625f)];
        float[] far = Array.ConvertAll(near, value => value + 1_000_000f);
        HdbscanResult expected = Hdbscan.FitBy(near, 1, Default, (SpanningTreeMethod)method, null, CancellationToken.None);
        HdbscanResult actual = Hdbscan.FitBy(far, 1, Default, (SpanningTreeMethod)method, null, CancellationToken.None);

        ShouldBeSame(actual, expected);
        expected.ClusterCount.ShouldBe(2);
    }

    [TestMethod]
    public void A_huge_offset_changes_no_cluster_of_embeddings()
    {
        float[] points = Array.ConvertAll(TestPoints.Blobs(300, 64, 4, 9), value => MathF.Round(value * 16) / 16);
        float[] far = Array.ConvertAll(points, value => value + 100_000f);
        ShouldBeSame(Hdbscan.Fit(far, 64, Default), Hdbscan.Fit(points, 64, Default));
    }

    [TestMethod]
    [DataRow(50)]
    [DataRow(3000)]
    public void Identical_points_are_all_noise_or_one_cluster_if_that_is_allowed(int count)
    {
        float[] points = new float[count * 2];
        Hdbscan.Fit(points, 2, Default).Labels.ShouldAllBe(label => label == -1);
        HdbscanResult single = Hdbscan.Fit(points, 2, Default with { AllowSingleCluster = true });
        single.Labels.ShouldAllBe(label => label == 0);
        single.Probabilities.ShouldAllBe(probability => probability == 1);
        single.OutlierScores.ShouldAllBe(score => score == 0);
        single.Persistence.ShouldBe([1.0]);
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void Groups_of_duplicates_far_apart_are_one_cluster_each(DistanceMetric metric)
    {
        float[] points = [.. Enumerable.Range(0, 90).SelectMany(i => new float[] { i % 3 == 0 ? 1 : 0.3f, i % 3 == 1 ? 3 : 0.1f, i % 3 == 2 ? 7 : 0.7f })];
        HdbscanResult result = Hdbscan.Fit(points, 3, Default with { Metric = metric });
        result.ClusterCount.ShouldBe(3);
        Closeness.SamePartition(result.Labels, [.. Enumerable.Range(0, 90).Select(i => i % 3)]).ShouldBeTrue();
        result.Probabilities.ShouldAllBe(probability => probability == 1);
        result.Exemplars.Select(exemplars => exemplars.Length).ShouldBe([30, 30, 30]);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(9)]
    public void Fewer_points_than_a_cluster_needs_are_all_noise(int count)
    {
        HdbscanResult result = Hdbscan.Fit(TestPoints.Blobs(count, 2, 1, 1), 2, Default);
        result.Labels.ShouldBe(Enumerable.Repeat(-1, count));
        result.ClusterCount.ShouldBe(0);
        new HdbscanPredictor(result.ToModel(TestPoints.Blobs(count, 2, 1, 1))).Predict(new float[2]).Labels.ShouldBe([-1]);
    }

    [TestMethod]
    [DataRow(65, 2)]
    [DataRow(700, 3)]
    [DataRow(1300, 8)]
    public void Without_equal_distances_the_clusters_are_those_that_reference_ties_give(int count, int dimensions)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 4, 11);
        int[] weights = [.. Enumerable.Range(0, count).Select(i => 1 + (i % 3))];
        ShouldBeSame(Hdbscan.Fit(points, dimensions, Default with { ReferenceTies = false }), Hdbscan.Fit(points, dimensions, Default));
        ShouldBeSame(Hdbscan.Fit(points, dimensions, weights, Default with { ReferenceTies = false }), Hdbscan.Fit(points, dimensions, weights, Default));
    }

    [TestMethod]
    public void Excess_of_mass_passes_over_clusters_above_the_size_limit()
    {
        float[] points = TestPoints.Blobs(600, 2, 3, 4);
        HdbscanResult free = Hdbscan.Fit(points, 2, Default);
        int largest = free.Labels.Where(label => label >= 0).GroupBy(label => label).Max(group => group.Count());
        HdbscanResult limited = Hdbscan.Fit(points, 2, Default with { MaxClusterSize = largest - 1 });

        limited.Labels.Where(label => label >= 0).GroupBy(label => label).Max(group => group.Count()).ShouldBeLessThan(largest);
        Hdbscan.Fit(points, 2, Default with { MaxClusterSize = 600 }).Labels.ShouldBe(free.Labels);
    }

    [TestMethod]
    public void Excess_of_mass_passes_over_clusters_born_above_the_distance_limit()
    {
        float[] points = TestPoints.Blobs(600, 2, 3, 4);
        HdbscanResult free = Hdbscan.Fit(points, 2, Default);
        double[] births = BirthDistances(free);
        double limit = births.Max() * 0.999;
        HdbscanResult limited = Hdbscan.Fit(points, 2, Default with { ClusterSelectionEpsilonMax = limit });

        BirthDistances(limited).ShouldAllBe(distance => distance <= limit);
        limited.SelectedClusters.ShouldNotBe(free.SelectedClusters);
        Hdbscan.Fit(points, 2, Default with { ClusterSelectionEpsilonMax = births.Max() }).Labels.ShouldBe(free.Labels);
    }

    [TestMethod]
    public void A_cut_of_the_hierarchy_joins_what_is_connected_below_its_distance()
    {
        float[] points = [0, 1, 2, 10, 11, 30];
        SingleLinkageTree tree = Hdbscan.Fit(points, 1, Default with { MinSamples = 1 }).SingleLinkageTree;
        LinkageCut.Label(tree, 1.5, 2).ShouldBe([0, 0, 0, 1, 1, -1]);
        LinkageCut.Label(tree, 1, 1).ShouldBe([0, 1, 2, 3, 4, 5]);
        LinkageCut.Label(tree, 9, 3).ShouldBe([0, 0, 0, 0, 0, -1]);
        LinkageCut.Label(tree, 100, 3).ShouldAllBe(label => label == 0);
    }

    [TestMethod]
    public void Alpha_divides_distances_but_not_core_distances()
    {
        float[] points = TestPoints.Blobs(300, 2, 3, 4);
        HdbscanOptions options = Default with { MinSamples = 1, Alpha = 0.5 };
        double[] plain = Hdbscan.Fit(points, 2, options with { Alpha = 1 }).MinimumSpanningTree.Weights;
        Hdbscan.Fit(points, 2, options).MinimumSpanningTree.Weights.ShouldBe(plain.Select(weight => weight * 2));
        Hdbscan.FitBy(points, 2, options, SpanningTreeMethod.Tree, null, CancellationToken.None).MinimumSpanningTree.Weights.ShouldBe(plain.Select(weight => weight * 2));
    }

    [TestMethod]
    public void Progress_rises_to_one_and_a_cancelled_fit_stops()
    {
        float[] points = TestPoints.Blobs(3000, 2, 3, 4);
        ProgressLog log = new();
        Hdbscan.Fit(points, 2, Default with { MaxDegreeOfParallelism = 1 }, log);
        log.Values.ShouldBeInOrder();
        log.Values[^1].ShouldBe(1);

        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Should.Throw<OperationCanceledException>(() => Hdbscan.Fit(points, 2, Default, null, cancelled.Token));
        Should.Throw<OperationCanceledException>(() => PrimSpanningTree.Build(
            new MutualReachability(PointSet.Create(new float[300_000], 300, DistanceMetric.Euclidean, "points"), new double[1000], 1), null, cancelled.Token));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = false)]
    public void A_progress_that_fails_ends_the_fit_on_every_thread()
    {
        float[] points = TestPoints.Blobs(2400, 24, 3, 4);
        foreach (SpanningTreeMethod method in Enum.GetValues<SpanningTreeMethod>().Where(method => method != SpanningTreeMethod.Tree))
        {
            foreach (int threads in new[] { 1, 2, 5 })
            {
                Exception failed = Should.Throw<Exception>(() => Hdbscan.FitBy(points, 24, Default with { MaxDegreeOfParallelism = threads }, method, new FullDisk(), CancellationToken.None));
                failed.ToString().ShouldContain("no room to write", Case.Sensitive, $"{method}");
            }
        }
    }

    [TestMethod]
    public void Bad_points_are_refused_with_their_place()
    {
        Refusal(() => Hdbscan.Fit(new float[] { 0, 1, 2, float.NaN }, 2)).ShouldContain("NaN in row 1, column 1");
        Refusal(() => Hdbscan.Fit(new float[] { 0, float.NegativeInfinity, 2, 3 }, 2)).ShouldContain("row 0, column 1");
        Refusal(() => Hdbscan.Fit(new float[] { 1, 1, 0, 0 }, 2, new HdbscanOptions { Metric = DistanceMetric.Cosine })).ShouldContain("zero vector in row 1");
        Refusal(() => Hdbscan.Fit(new float[5], 2)).ShouldContain("dimensions is 2, which does not divide the 5 numbers of points");
        Refusal(() => Hdbscan.Fit(new float[5], 0)).ShouldContain("dimensions is 0; it must be 1 or more");
        Refusal(() => Hdbscan.Fit(Array.Empty<float>(), 2)).ShouldContain("points holds 0 rows");
        Refusal(() => Hdbscan.Fit(new float[2], 2)).ShouldContain("points holds 1 rows");
    }

    [TestMethod]
    public void Parameters_out_of_range_are_refused_by_name()
    {
        (string Name, HdbscanOptions Options)[] wrong =
        [
            (nameof(HdbscanOptions.MinClusterSize), new() { MinClusterSize = 1 }),
            (nameof(HdbscanOptions.MinSamples), new() { MinSamples = 0 }),
            (nameof(HdbscanOptions.Metric), new() { Metric = (DistanceMetric)9 }),
            (nameof(HdbscanOptions.SelectionMethod), new() { SelectionMethod = (ClusterSelectionMethod)9 }),
            (nameof(HdbscanOptions.ClusterSelectionEpsilon), new() { ClusterSelectionEpsilon = -0.1 }),
            (nameof(HdbscanOptions.ClusterSelectionEpsilon), new() { ClusterSelectionEpsilon = double.NaN }),
            (nameof(HdbscanOptions.ClusterSelectionEpsilonMax), new() { ClusterSelectionEpsilonMax = -1 }),
            (nameof(HdbscanOptions.MaxClusterSize), new() { MaxClusterSize = 0 }),
            (nameof(HdbscanOptions.Alpha), new() { Alpha = 0 }),
            (nameof(HdbscanOptions.MaxDegreeOfParallelism), new() { MaxDegreeOfParallelism = 0 }),
        ];
        foreach ((string name, HdbscanOptions options) in wrong)
        {
            ArgumentException refused = Should.Throw<ArgumentException>(() => Hdbscan.Fit(new float[20], 2, options));
            refused.ParamName.ShouldBe(name);
            refused.Message.ShouldContain("it must be");
        }
    }

    private static double[] BirthDistances(HdbscanResult result) =>
        Array.ConvertAll(result.SelectedClusters, id => 1 / result.CondensedTree.Lambdas[Array.IndexOf(result.CondensedTree.Children, id)]);

    private static string Refusal(Action fit) => Should.Throw<ArgumentException>(fit).Message;

    private static void ShouldBeSame(HdbscanResult actual, HdbscanResult expected)
    {
        actual.MinimumSpanningTree.Sources.ShouldBe(expected.MinimumSpanningTree.Sources);
        actual.MinimumSpanningTree.Targets.ShouldBe(expected.MinimumSpanningTree.Targets);
        actual.MinimumSpanningTree.Weights.ShouldBe(expected.MinimumSpanningTree.Weights);
        actual.CoreDistances.ShouldBe(expected.CoreDistances);
        actual.Labels.ShouldBe(expected.Labels);
        actual.Probabilities.ShouldBe(expected.Probabilities);
        actual.OutlierScores.ShouldBe(expected.OutlierScores);
        actual.Persistence.ShouldBe(expected.Persistence);
    }

    private sealed class FullDisk : IProgress<double>
    {
        public void Report(double value)
        {
            if (value > 0.3)
            {
                throw new IOException("no room to write");
            }
        }
    }
}
