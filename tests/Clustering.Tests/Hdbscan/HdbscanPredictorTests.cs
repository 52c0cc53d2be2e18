namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class HdbscanPredictorTests
{
    private static readonly HdbscanOptions Default = new() { MinClusterSize = 10, MinSamples = 5 };

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean, 600, 3)]
    [DataRow(DistanceMetric.Cosine, 600, 40)]
    [DataRow(DistanceMetric.Cosine, 2600, 4)]
    public void Copies_of_confident_training_points_get_their_own_labels(DistanceMetric metric, int count, int dimensions)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 5, 2);
        HdbscanResult fit = Hdbscan.Fit(points, dimensions, Default with { Metric = metric });
        HdbscanPrediction prediction = new HdbscanPredictor(fit.ToModel(points)).Predict(points);
        int[] sure = [.. Enumerable.Range(0, count).Where(p => fit.Probabilities[p] > 0.9)];

        sure.Length.ShouldBeGreaterThan(50);
        sure.Count(p => prediction.Labels[p] == fit.Labels[p]).ShouldBeGreaterThan(sure.Length * 99 / 100);
    }

    [TestMethod]
    public void A_model_restored_from_its_arrays_predicts_the_same()
    {
        float[] points = TestPoints.Blobs(500, 3, 5, 2), fresh = TestPoints.Blobs(200, 3, 5, 3);
        HdbscanModel model = Hdbscan.Fit(points, 3, Default).ToModel(points);
        HdbscanModel restored = new()
        {
            Dimensions = model.Dimensions,
            Metric = model.Metric,
            MinSamples = model.MinSamples,
            TrainingPoints = [.. model.TrainingPoints],
            CoreDistances = [.. model.CoreDistances],
            PointParents = [.. model.PointParents],
            PointLambdas = [.. model.PointLambdas],
            ClusterParents = [.. model.ClusterParents],
            ClusterBirthLambdas = [.. model.ClusterBirthLambdas],
            SelectedClusters = [.. model.SelectedClusters],
            MaxLambdas = [.. model.MaxLambdas],
        };
        HdbscanPrediction first = new HdbscanPredictor(model, 1).Predict(fresh), second = new HdbscanPredictor(restored, 3).Predict(fresh);
        second.Labels.ShouldBe(first.Labels);
        second.Strengths.ShouldBe(first.Strengths);
        new HdbscanPredictor(restored, 3).MembershipVectors(fresh).ShouldBe(new HdbscanPredictor(model, 1).MembershipVectors(fresh));
    }

    [TestMethod]
    public void The_kd_tree_predicts_as_all_pairs_do()
    {
        float[] points = TestPoints.Blobs(2500, 4, 5, 2), fresh = TestPoints.Blobs(300, 4, 5, 3);
        PointSet set = PointSet.Create(points, 4, DistanceMetric.Euclidean, "points"), queries = PointSet.Create(fresh, 4, DistanceMetric.Euclidean, "fresh");
        NeighborLists pairs = BruteForceNeighbors.Search(set, queries, 12, 2, null, CancellationToken.None);
        NeighborLists tree = KdTree.Build(set, 1, CancellationToken.None).Search(queries, 12, 2, null, CancellationToken.None);
        tree.Indices.ShouldBe(pairs.Indices);
        tree.Distances.ShouldBe(pairs.Distances);
    }

    [TestMethod]
    [DataRow(21, 1, 1f, 0f)]
    [DataRow(40, 3, 1f, 0f)]
    [DataRow(64, 200, 1e-3f, 1e5f)]
    [DataRow(64, 40, 1e-25f, 0f)]
    [DataRow(64, 40, 1e18f, 0f)]
    [DataRow(50, 4, 1e37f, 0f)]
    [DataRow(50, 4, 1e-41f, 0f)]
    public void The_screened_scan_finds_what_all_pairs_find(int dimensions, int queries, float unit, float offset)
    {
        float[] points = Array.ConvertAll(TestPoints.Blobs(700, dimensions, 5, 2), value => (MathF.Round(value) * unit) + offset);
        float[] fresh = [.. points.AsSpan(0, 10 * dimensions), .. Array.ConvertAll(TestPoints.Blobs(queries, dimensions, 5, 3), value => (value * unit) + offset)];
        foreach (DistanceMetric metric in Enum.GetValues<DistanceMetric>())
        {
            PointSet set = PointSet.Create(points, dimensions, metric, "points"), other = PointSet.Create(fresh, dimensions, metric, "fresh");
            NeighborScan scan = NeighborScan.Create(set, 2)!;
            NeighborLists pairs = BruteForceNeighbors.Search(set, other, 9, 2, null, CancellationToken.None);
            foreach (int threads in new[] { 1, 2, 5 })
            {
                NeighborLists found = scan.Search(other, 9, threads, null, CancellationToken.None);
                found.Indices.ShouldBe(pairs.Indices);
                found.Distances.ShouldBe(pairs.Distances);
            }
        }
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(30)]
    public void Membership_vectors_come_block_by_block_as_they_come_at_once(int dimensions)
    {
        float[] points = TestPoints.Blobs(600, dimensions, 4, 2), fresh = TestPoints.Blobs(50, dimensions, 4, 3);
        HdbscanPredictor predictor = new(Hdbscan.Fit(points, dimensions, Default).ToModel(points), 2);
        ShouldBeRows(predictor.StreamMembershipVectors(fresh, 7), 7, predictor.MembershipVectors(fresh));
        ShouldBeRows(predictor.StreamAllPointsMembership(256), 256, new HdbscanPredictor(Hdbscan.Fit(points, dimensions, Default).ToModel(points), 1).AllPointsMembership());
        predictor.StreamMembershipVectors(Array.Empty<float>()).ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => predictor.StreamMembershipVectors(fresh, 0)).Message.ShouldContain("rowsPerBlock is 0; it must be 1 or more");
        using CancellationTokenSource source = new();
        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (MembershipBlock block in predictor.StreamAllPointsMembership(100, source.Token))
            {
                block.First.ShouldBe(0);
                source.Cancel();
            }
        });
    }

    [TestMethod]
    public void Progress_of_a_prediction_rises_to_one_and_a_cancelled_one_stops()
    {
        float[] points = TestPoints.Blobs(2500, 2, 3, 2), fresh = TestPoints.Blobs(40_000, 2, 3, 3);
        HdbscanPredictor predictor = new(Hdbscan.Fit(points, 2, Default).ToModel(points));
        ProgressLog log = new();
        predictor.Predict(fresh, log);
        log.Values.ShouldBeInOrder();
        log.Values[^1].ShouldBe(1);
        log.Values.Count.ShouldBeGreaterThan(2);
        Should.Throw<OperationCanceledException>(() => predictor.Predict(fresh, ct: new CancellationToken(canceled: true)));
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void A_membership_row_is_largest_at_the_point_s_own_cluster_and_sums_to_a_probability(DistanceMetric metric)
    {
        float[] points = TestPoints.Blobs(600, 3, 4, 2);
        HdbscanResult fit = Hdbscan.Fit(points, 3, Default with { Metric = metric });
        double[,] membership = new HdbscanPredictor(fit.ToModel(points)).AllPointsMembership();
        membership.GetLength(1).ShouldBe(fit.ClusterCount);
        for (int p = 0; p < 600; p++)
        {
            double[] row = [.. Enumerable.Range(0, fit.ClusterCount).Select(c => membership[p, c])];
            row.Sum().ShouldBeInRange(0, 1 + 1e-9);
            if (fit.Probabilities[p] > 0.9)
            {
                Array.IndexOf(row, row.Max()).ShouldBe(fit.Labels[p]);
            }
        }
    }

    [TestMethod]
    [DataRow(400, 3)]
    [DataRow(300, 40)]
    public void Copies_of_training_points_have_their_outlier_scores_and_a_far_point_has_a_high_one(int count, int dimensions)
    {
        float[] points = TestPoints.Blobs(count, dimensions, 4, 2);
        HdbscanResult fit = Hdbscan.Fit(points, dimensions, Default);
        HdbscanPredictor predictor = new(fit.ToModel(points));
        predictor.PredictOutlierScores(points).ShouldBe(fit.OutlierScores);
        predictor.PredictOutlierScores(Enumerable.Repeat(1000f, dimensions).ToArray())[0].ShouldBeGreaterThan(0.95);
    }

    [TestMethod]
    public void Without_clusters_membership_has_no_columns_and_no_points_give_no_rows()
    {
        float[] points = TestPoints.Blobs(8, 2, 1, 2);
        HdbscanPredictor predictor = new(Hdbscan.Fit(points, 2, Default).ToModel(points));
        predictor.MembershipVectors(points).GetLength(1).ShouldBe(0);
        predictor.AllPointsMembership().GetLength(0).ShouldBe(8);
        predictor.Predict(Array.Empty<float>()).Labels.ShouldBeEmpty();
    }

    [TestMethod]
    public void Bad_new_points_and_models_that_do_not_fit_are_refused()
    {
        float[] points = TestPoints.Blobs(100, 2, 2, 2);
        HdbscanResult fit = Hdbscan.Fit(points, 2, Default);
        HdbscanModel model = fit.ToModel(points);
        HdbscanPredictor predictor = new(model);
        Should.Throw<ArgumentException>(() => predictor.Predict(new float[] { 1, float.NaN })).Message.ShouldContain("newPoints holds NaN in row 0, column 1");
        Should.Throw<ArgumentException>(() => predictor.Predict(new float[3])).Message.ShouldContain("does not divide");
        Should.Throw<ArgumentException>(() => fit.ToModel(new float[3])).Message.ShouldContain("holds 3 numbers");
        Should.Throw<ArgumentException>(() => new HdbscanPredictor(model with { ClusterParents = [0] })).Message.ShouldContain(nameof(HdbscanModel.ClusterParents));
        Should.Throw<ArgumentException>(() => new HdbscanPredictor(model with { PointLambdas = [] })).Message.ShouldContain(nameof(HdbscanModel.PointLambdas));
        Should.Throw<ArgumentException>(() => new HdbscanPredictor(model with { MinSamples = 100 })).Message.ShouldContain(nameof(HdbscanModel.MinSamples));
    }

    [TestMethod]
    public void A_fit_of_a_billion_copies_counts_more_neighbours_than_an_int_holds()
    {
        float[] points = [0, 1, 2, 50, 51], fresh = [-3, 1.1f, 49];
        Neighbors(100_000_000).ShouldBe(Neighbors(1));

        int[] Neighbors(int unit)
        {
            HdbscanOptions options = new() { MinSamples = 15 * unit, MinClusterSize = 2 };
            return new HdbscanPredictor(Hdbscan.Fit(points, 1, Enumerable.Repeat(4 * unit, 5).ToArray(), options).ToModel(points)).Predict(fresh).Neighbors;
        }
    }

    private static void ShouldBeRows(IEnumerable<MembershipBlock> blocks, int rows, double[,] expected)
    {
        int at = 0;
        foreach (MembershipBlock block in blocks)
        {
            block.First.ShouldBe(at);
            block.Count.ShouldBe(Math.Min(rows, expected.GetLength(0) - at));
            for (int row = 0; row < block.Count; row++, at++)
            {
                block.Row(row).ToArray().ShouldBe(Enumerable.Range(0, block.Clusters).Select(cluster => expected[at, cluster]));
            }
        }

        at.ShouldBe(expected.GetLength(0));
    }
}
