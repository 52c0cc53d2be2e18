namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class HdbscanPropertyTests
{
    private static readonly SpanningTreeMethod[] Methods = [SpanningTreeMethod.AllPairs, SpanningTreeMethod.Bounds, SpanningTreeMethod.Tree, SpanningTreeMethod.Panels];

    [TestMethod]
    public void The_order_of_the_points_changes_the_numbering_only() => RandomPoints.Check(100, 5, set =>
    {
        int[] order = [.. Enumerable.Range(0, set.Count)];
        new Random(set.Count).Shuffle(order);
        RandomPoints free = set with { Options = set.Options with { MinSamples = 1 } };
        float[] other = TestPoints.Reorder(set.Points, set.Dimensions, order);
        HdbscanResult first = free.Fit(), second = free.Fit(other);
        Closeness.SamePartition(second.Labels, [.. order.Select(row => first.Labels[row])]).ShouldBeTrue();
        second.Probabilities.ShouldMatch([.. order.Select(row => first.Probabilities[row])], 1e-12, "probabilities");
        second.OutlierScores.ShouldMatch([.. order.Select(row => first.OutlierScores[row])], 1e-12, "outlier scores");

        // With more samples a core distance is the weight of several edges, and their order may matter.
        HdbscanResult dense = set.Fit(), denseOther = set.Fit(other);
        denseOther.CoreDistances.ShouldBe(order.Select(row => dense.CoreDistances[row]));
        denseOther.MinimumSpanningTree.Weights.Order().ShouldBe(dense.MinimumSpanningTree.Weights.Order());
    });

    [TestMethod]
    public void A_translation_changes_nothing() => RandomPoints.Check(100, 5, set =>
        ShouldBeSame(set.Rounded.Fit(set.Rounded.Map(value => value - 4096)), set.Rounded.Fit()));

    [TestMethod]
    public void A_huge_offset_loses_no_small_distance() => RandomPoints.Check(60, 24, set =>
    {
        RandomPoints near = set.Rounded;
        float[] far = near.Map(value => value + 1_000_000f);
        foreach (SpanningTreeMethod method in Methods.Where(method => method != SpanningTreeMethod.Tree || set.Dimensions < RowDistance.LaneThreshold))
        {
            HdbscanResult expected = Hdbscan.FitBy(near.Points, set.Dimensions, set.Options, method, null, CancellationToken.None);
            ShouldBeSame(Hdbscan.FitBy(far, set.Dimensions, set.Options, method, null, CancellationToken.None), expected);
        }
    });

    [TestMethod]
    public void Scaling_by_a_power_of_two_scales_distances_only() => RandomPoints.Check(100, 5, set =>
    {
        HdbscanResult one = set.Fit(), many = set.Fit(set.Map(value => value * 1024));
        many.CoreDistances.ShouldBe(one.CoreDistances.Select(distance => distance * 1024));
        many.Labels.ShouldBe(one.Labels);
        many.Probabilities.ShouldBe(one.Probabilities);
        many.OutlierScores.ShouldBe(one.OutlierScores);
        many.Persistence.ShouldBe(one.Persistence);
    });

    [TestMethod]
    public void A_rotation_in_the_plane_changes_nothing() => RandomPoints.Check(100, 1, line =>
    {
        RandomPoints set = line with { Dimensions = 2, Points = TestPoints.Blobs(line.Count, 2, 3, line.Count) };
        ShouldBeSame(set.Fit(Turn(set.Points, 0, 1)), set.Fit());
        double weight = set.Fit().MinimumSpanningTree.TotalWeight;
        set.Fit(Turn(set.Points, Math.Cos(1), Math.Sin(1))).MinimumSpanningTree.TotalWeight.ShouldBe(weight, 1e-5 * weight);
    });

    [TestMethod]
    public void Every_method_and_number_of_threads_gives_the_same() => RandomPoints.Check(60, 20, set =>
    {
        HdbscanResult expected = set.Fit();
        foreach (SpanningTreeMethod method in Methods)
        {
            foreach (int threads in new[] { 1, 2, 7 })
            {
                ShouldBeSame(Hdbscan.FitBy(set.Points, set.Dimensions, set.Options with { MaxDegreeOfParallelism = threads }, method, null, CancellationToken.None), expected);
            }
        }
    });

    [TestMethod]
    public void The_tree_weighs_what_a_plain_Prim_finds() => RandomPoints.Check(60, 30, set =>
    {
        foreach (DistanceMetric metric in Enum.GetValues<DistanceMetric>())
        {
            double expected = PlainPrim(set, metric);
            foreach (SpanningTreeMethod method in Methods.Where(method => method != SpanningTreeMethod.Tree || set.Dimensions < RowDistance.LaneThreshold))
            {
                HdbscanResult fit = Hdbscan.FitBy(set.Points, set.Dimensions, set.Options with { Metric = metric }, method, null, CancellationToken.None);
                fit.MinimumSpanningTree.TotalWeight.ShouldBe(expected, (1e-12 * expected) + 1e-15);
            }
        }
    });

    [TestMethod]
    public void Duplicates_count_as_weights_do() => RandomPoints.Check(100, 5, set =>
    {
        int[] weights = [.. Enumerable.Range(0, set.Count).Select(i => 1 + (i * i % 4))];
        int[] owners = [.. Enumerable.Range(0, set.Count).SelectMany(i => Enumerable.Repeat(i, weights[i]))];
        HdbscanOptions options = set.Options with { MinSamples = 1 };
        HdbscanResult weighted = Hdbscan.Fit(set.Points, set.Dimensions, weights, options);
        HdbscanResult copies = Hdbscan.Fit(TestPoints.Reorder(set.Points, set.Dimensions, owners), set.Dimensions, options);
        copies.Labels.ShouldBe(owners.Select(i => weighted.Labels[i]));
        copies.Probabilities.ShouldBe(owners.Select(i => weighted.Probabilities[i]));
        copies.OutlierScores.ShouldBe(owners.Select(i => weighted.OutlierScores[i]));
    });

    [TestMethod]
    public void A_copy_of_a_training_point_is_predicted_into_its_cluster() => RandomPoints.Check(100, 24, set =>
    {
        HdbscanResult fit = set.Fit();
        HdbscanPrediction prediction = new HdbscanPredictor(fit.ToModel(set.Points)).Predict(set.Points);
        prediction.Labels.ShouldBe(fit.Labels);
        prediction.Neighbors.ShouldBe(Enumerable.Range(0, set.Count));
        for (int point = 0; point < set.Count; point++)
        {
            prediction.Strengths[point].ShouldBeInRange(fit.Probabilities[point], 1);
        }
    });

    private static float[] Turn(float[] points, double cosine, double sine) =>
        [.. points.Chunk(2).SelectMany(point => new[] { (float)((cosine * point[0]) - (sine * point[1])), (float)((sine * point[0]) + (cosine * point[1])) })];

    private static double PlainPrim(RandomPoints set, DistanceMetric metric)
    {
        int n = set.Count;
        double[][] rows = [.. set.Points.Chunk(set.Dimensions).Select(row => Array.ConvertAll(row, value => (double)value))];
        if (metric == DistanceMetric.Cosine)
        {
            rows = Array.ConvertAll(rows, row => Array.ConvertAll(row, value => value / Math.Sqrt(row.Sum(v => v * v))));
        }

        double[][] distances = [.. rows.Select(a => rows.Select(b => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()).Select(s => metric == DistanceMetric.Cosine ? s / 2 : Math.Sqrt(s)).ToArray())];
        double[] core = [.. distances.Select(row => row.Order().ElementAt(Math.Min(set.Options.MinSamples!.Value, n - 1)))];
        double[] nearest = Enumerable.Repeat(double.PositiveInfinity, n).ToArray();
        HashSet<int> outside = [.. Enumerable.Range(1, n - 1)];
        double total = 0;
        for (int current = 0; outside.Count > 0;)
        {
            foreach (int other in outside)
            {
                nearest[other] = Math.Min(nearest[other], Math.Max(distances[current][other], Math.Max(core[current], core[other])));
            }

            current = outside.MinBy(point => nearest[point]);
            outside.Remove(current);
            total += nearest[current];
        }

        return total;
    }

    private static void ShouldBeSame(HdbscanResult actual, HdbscanResult expected)
    {
        actual.CoreDistances.ShouldBe(expected.CoreDistances);
        actual.MinimumSpanningTree.Weights.ShouldBe(expected.MinimumSpanningTree.Weights);
        actual.Labels.ShouldBe(expected.Labels);
        actual.Probabilities.ShouldBe(expected.Probabilities);
        actual.OutlierScores.ShouldBe(expected.OutlierScores);
        actual.Persistence.ShouldBe(expected.Persistence);
    }
}
