namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BadInputTests
{
    private static readonly float[] Good = TestPoints.Blobs(60, 2, 2, 4);
    private static readonly HdbscanResult Fitted = Hdbscan.Fit(Good, 2);
    private static readonly HdbscanPredictor Predictor = new(Fitted.ToModel(Good));
    private static readonly UmapModel Layout = Umap.Fit(Good, 2, new UmapOptions { Neighbors = 5, Epochs = 1 });
    private static readonly PcaModel Components = Pca.Fit(Good, 2, 1);

    /// <summary>Every entry that takes points: its name, the name of its points, and itself.</summary>
    private static readonly (string Entry, string Name, Action<float[], int> Run)[] Entries =
    [
        ("Hdbscan.Fit", "points", (points, d) => Hdbscan.Fit(points, d)),
        ("Hdbscan.Fit with weights", "points", (points, d) => Hdbscan.Fit(points, d, Ones(points, d))),
        ("CoreDistances.Compute", "points", (points, d) => CoreDistances.Compute(points, d, 1)),
        ("new HdbscanPredictor", "TrainingPoints", (points, d) => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { TrainingPoints = points, Dimensions = d })),
        ("HdbscanPredictor.Predict", "newPoints", (points, _) => Predictor.Predict(points)),
        ("HdbscanPredictor.PredictOutlierScores", "newPoints", (points, _) => Predictor.PredictOutlierScores(points)),
        ("HdbscanPredictor.MembershipVectors", "newPoints", (points, _) => Predictor.MembershipVectors(points)),
        ("HdbscanPredictor.StreamMembershipVectors", "newPoints", (points, _) => Predictor.StreamMembershipVectors(points)),
        ("Umap.Fit", "points", (points, d) => Umap.Fit(points, d)),
        ("Umap.BuildGraph", "points", (points, d) => Umap.BuildGraph(points, d)),
        ("EmbeddingClustering.Fit", "points", (points, d) => EmbeddingClustering.Fit(points, d)),
        ("UmapModel.Transform", "newPoints", (points, _) => Layout.Transform(points)),
        ("UmapModel.FindNeighbors", "newPoints", (points, _) => Layout.FindNeighbors(points)),
        ("Pca.Fit", "points", (points, d) => Pca.Fit(points, d, 1)),
        ("PcaModel.Transform", "points", (points, _) => Components.Transform(points)),
        ("Dbcv.Compute", "points", (points, d) => Dbcv.Compute(points, d, Ones(points, d))),
        ("Silhouette.Compute", "points", (points, d) => Silhouette.Compute(points, d, Ones(points, d))),
        ("Trustworthiness.Compute", "points", (points, d) => Trustworthiness.Compute(points, d, Good, 2)),
    ];

    /// <summary>Numbers out of their range: the parameter, its value, and part of the range in the message.</summary>
    private static readonly (string Parameter, object? Value, string Range, Action Run)[] Parameters =
    [
        ("MinClusterSize", 1, "2 or more", () => Fit(new() { MinClusterSize = 1 })),
        ("MinClusterSize", -5, "2 or more", () => Hdbscan.FitGraph(Chain(), new HdbscanOptions { MinClusterSize = -5 })),
        ("MinSamples", 0, "1 or more", () => Fit(new() { MinSamples = 0 })),
        ("MinSamples", 49_000, "at most 42938", () => Hdbscan.Fit(new float[50_000], 1, new HdbscanOptions { MinSamples = 49_000 })),
        ("Metric", (DistanceMetric)9, "a defined metric", () => Fit(new() { Metric = (DistanceMetric)9 })),
        ("SelectionMethod", (ClusterSelectionMethod)9, "a defined method", () => Fit(new() { SelectionMethod = (ClusterSelectionMethod)9 })),
        ("ClusterSelectionEpsilon", -0.5, "finite and 0 or more", () => Fit(new() { ClusterSelectionEpsilon = -0.5 })),
        ("ClusterSelectionEpsilon", double.NaN, "finite and 0 or more", () => Fit(new() { ClusterSelectionEpsilon = double.NaN })),
        ("ClusterSelectionEpsilon", double.PositiveInfinity, "finite and 0 or more", () => Fit(new() { ClusterSelectionEpsilon = double.PositiveInfinity })),
        ("ClusterSelectionEpsilonMax", -1d, "0 or more", () => Fit(new() { ClusterSelectionEpsilonMax = -1 })),
        ("MaxClusterSize", 0, "1 or more", () => Fit(new() { MaxClusterSize = 0 })),
        ("Alpha", 0d, "finite and 1e-6 or more", () => Fit(new() { Alpha = 0 })),
        ("Alpha", double.NaN, "finite and 1e-6 or more", () => Fit(new() { Alpha = double.NaN })),
        ("MaxDegreeOfParallelism", 0, "1 or more", () => Fit(new() { MaxDegreeOfParallelism = 0 })),
        ("Neighbors", 1, "2 to 1000", () => Embed(new() { Neighbors = 1 })),
        ("Components", 101, "1 to 100", () => Embed(new() { Components = 101 })),
        ("Epochs", -1, "0 or more", () => Embed(new() { Epochs = -1 })),
        ("MinClusterSize", 1, "2 or more", () => Embed(new() { MinClusterSize = 1 })),
        ("MinSamples", 0, "1 or more", () => Embed(new() { MinSamples = 0 })),
        ("MaxLayers", 0, "1 or more", () => Embed(new() { MaxLayers = 0 })),
        ("MaxDegreeOfParallelism", 0, "1 or more", () => Embed(new() { MaxDegreeOfParallelism = 0 })),
        ("dimensions", 0, "1 or more", () => Hdbscan.Fit(Good, 0)),
        ("dimensions", -2, "1 or more", () => Hdbscan.Fit(Good, -2, Ones(Good, 2))),
        ("minSamples", 0, "greater than or equal to '1'", () => CoreDistances.Compute(Good, 2, 0)),
        ("metric", (DistanceMetric)9, "Euclidean or Cosine", () => CoreDistances.Compute(Good, 2, 1, (DistanceMetric)9)),
        ("minClusterSize", 1, "greater than or equal to '2'", () => TreeCondensation.Build(Fitted.SingleLinkageTree, 1)),
        ("minClusterSize", 0, "greater than or equal to '1'", () => LinkageCut.Label(Fitted.SingleLinkageTree, 1, 0)),
        ("distance", double.NaN, "0 or more", () => LinkageCut.Label(Fitted.SingleLinkageTree, double.NaN, 5)),
        ("maxDegreeOfParallelism", 0, "greater than or equal to '1'", () => _ = new HdbscanPredictor(Fitted.ToModel(Good), 0)),
        ("rowsPerBlock", 0, "1 or more", () => Predictor.StreamMembershipVectors(Good, 0)),
        ("rowsPerBlock", -1, "1 or more", () => Predictor.StreamAllPointsMembership(-1)),
        ("Neighbors", 1, "2 to 1000", () => Umap.Fit(Good, 2, new UmapOptions { Neighbors = 1 })),
        ("Components", 0, "1 to 100", () => Umap.Fit(Good, 2, new UmapOptions { Components = 0 })),
        ("MinDistance", 3d, "0 to Spread", () => Umap.Fit(Good, 2, new UmapOptions { MinDistance = 3 })),
        ("components", 0, "1 or more", () => Pca.Fit(Good, 2, 0)),
        ("metric", (DistanceMetric)9, "Euclidean or Cosine", () => Dbcv.Compute(Good, 2, new int[60], (DistanceMetric)9)),
        ("metric", (DistanceMetric)9, "Euclidean or Cosine", () => Silhouette.Compute(Good, 2, new int[60], (DistanceMetric)9)),
        ("metric", (DistanceMetric)9, "Euclidean or Cosine", () => Trustworthiness.Compute(Good, 2, Good, 2, metric: (DistanceMetric)9)),
        ("sampleSize", 0, "1 point or more", () => Silhouette.Compute(Good, 2, new int[60], sampleSize: 0)),
        ("neighbors", 30, "less than half of the 60 points", () => Trustworthiness.Compute(Good, 2, Good, 2, 30)),
        ("maxDegreeOfParallelism", 0, "1 or more", () => Dbcv.Compute(Good, 2, new int[60], maxDegreeOfParallelism: 0)),
        ("maxDegreeOfParallelism", 0, "1 or more", () => Silhouette.Compute(Good, 2, new int[60], maxDegreeOfParallelism: 0)),
        ("MaxWords", 4, "1 to 3", () => ClassTfIdf.Keywords(["a"], [0], new ClassTfIdfOptions { MaxWords = 4 })),
    ];

    /// <summary>Arrays that do not fit: the parameter and what the message says.</summary>
    private static readonly (string Parameter, string Message, Action Run)[] Arrays =
    [
        ("weights", "weights holds 59 numbers; there must be one for each of the 60 points", () => Hdbscan.Fit(Good, 2, new int[59])),
        ("weights", "weights holds 0 at 1; every weight must be 1 or more", () => Hdbscan.Fit(new float[6], 2, new[] { 1, 0, 1 })),
        ("weights", "weights holds -7 at 2; every weight must be 1 or more", () => Hdbscan.Fit(new float[6], 2, new[] { 1, 1, -7 })),
        ("weights", "weights add up to 4294967294; the sum must be at most 2147483647", () => Hdbscan.Fit(new float[4], 2, new[] { int.MaxValue, int.MaxValue })),
        ("Weights", "Weights holds 2 numbers", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { Weights = [1, 1] })),
        ("TrainingPoints", "TrainingPoints of the model is of length 119; it must be 60 points times 2 dimensions", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { TrainingPoints = Good[..119] })),
        ("MinSamples", "MinSamples of the model is 60; it must be 1 to the number of training points less one, 59", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { MinSamples = 60 })),
        ("ClusterParents", "ClusterParents of the model holds 0 at 0; it must be the number of an earlier cluster, -1 for the root alone", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { ClusterParents = [0] })),
        ("PointParents", "PointParents of the model is of length 0; it must be one number for each of 60 points", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { PointParents = [] })),
        ("SelectedClusters", "SelectedClusters of the model holds 99 at 0; it must be 0 to", () => _ = new HdbscanPredictor(Fitted.ToModel(Good) with { SelectedClusters = [99], MaxLambdas = [1] })),
        ("points", "points holds 4 numbers; the fit was of 120", () => Fitted.ToModel(new float[4])),
        ("Offsets", "Offsets is empty", () => Hdbscan.FitGraph(new NeighborGraph([], [], []))),
        ("graph", "graph holds 1 rows; clustering needs 2 or more", () => Hdbscan.FitGraph(new NeighborGraph([0, 0], [], []))),
        ("Offsets", "Offsets begins with 1; it must begin with 0", () => Hdbscan.FitGraph(new NeighborGraph([1, 1, 1], [0], [1]))),
        ("Offsets", "Offsets holds 0 at 2; it must be 1 to 1", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 0], [1], [1]))),
        ("Offsets", "Offsets holds 5 at 1; it must be 0 to 1", () => Hdbscan.FitGraph(new NeighborGraph([0, 5, 5], [1], [1]))),
        ("Offsets", "Offsets ends with 1; it must end with the number of distances, 2", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 1], [1, 0], [1, 1]))),
        ("Distances", "Distances holds 1 numbers; it must hold as many as Indices, 2", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 0], [1]))),
        ("Distances", "Distances holds -1 at 1, in row 1; it must be finite and 0 or more", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 0], [1, -1]))),
        ("Distances", "Distances holds NaN at 0, in row 0; it must be finite and 0 or more", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 0], [double.NaN, 1]))),
        ("Distances", "Distances holds Infinity at 0, in row 0; it must be finite and 0 or more", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 0], [double.PositiveInfinity, 1]))),
        ("Indices", "Indices holds 2 at 1, in row 1; it must be 0 to 1", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 2], [1, 1]))),
        ("Indices", "Indices holds -1 at 0, in row 0; it must be 0 to 1", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [-1, 0], [1, 1]))),
        ("Indices", "Indices holds 1 at 1, in row 1; a point must not be its own neighbour", () => Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 1], [1, 1]))),
        ("neighbors", "neighbors is 2, which does not divide the 3 numbers of indices", () => NeighborGraph.FromLists(2, new int[3], new double[3])),
        ("neighbors", "neighbors is 0; it must be 1 or more", () => NeighborGraph.FromLists(0, [], [])),
        ("labels", "59 labels for 60 points", () => Dbcv.Compute(Good, 2, new int[59])),
        ("labels", "59 labels for 60 points", () => Silhouette.Compute(Good, 2, new int[59])),
        ("layout", "layout has 59 points", () => Trustworthiness.Compute(Good, 2, Good.AsSpan(0, 118), 2)),
        ("second", "1 and 2 labels", () => PartitionAgreement.AdjustedRandIndex([1], [1, 2])),
        ("second", "1 and 2 labels", () => PartitionAgreement.NormalizedMutualInformation([1], [1, 2])),
    ];

    public static IEnumerable<object[]> EntryNames => Entries.Select(entry => new object[] { entry.Entry });

    [TestMethod]
    [DynamicData(nameof(EntryNames))]
    public void Points_that_are_not_finite_or_not_whole_rows_are_refused_with_their_place(string entry)
    {
        (_, string name, Action<float[], int> run) = Entries.First(e => e.Entry == entry);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] points = [.. Good];
            points[7] = bad;
            Refused(name, () => run(points, 2)).ShouldContain(FormattableString.Invariant($"holds {bad} in row 3, column 1"));
        }

        ArgumentException ragged = Should.Throw<ArgumentException>(() => run(Good[..119], 2));
        ragged.Message.ShouldContain("119");
        ragged.Message.ShouldContain("2");
    }

    [TestMethod]
    public void Parameters_out_of_range_are_refused_with_value_and_range()
    {
        foreach ((string parameter, object? value, string range, Action run) in Parameters)
        {
            string message = Refused(parameter, run);
            message.ShouldContain(FormattableString.Invariant($"{value}"), Case.Sensitive, parameter);
            message.ShouldContain(range, Case.Sensitive, parameter);
        }
    }

    [TestMethod]
    public void Arrays_that_do_not_fit_are_refused_with_place_value_and_range()
    {
        foreach ((string parameter, string expected, Action run) in Arrays)
        {
            Refused(parameter, run).ShouldContain(expected);
        }
    }

    [TestMethod]
    public void Zero_vectors_have_no_cosine()
    {
        float[] points = [1, 1, 0, 0, 2, 1];
        HdbscanOptions cosine = new() { Metric = DistanceMetric.Cosine };
        HdbscanPredictor predictor = new(Hdbscan.Fit(Good, 2, cosine).ToModel(Good));
        Action[] calls =
        [
            () => Hdbscan.Fit(points, 2, cosine),
            () => Hdbscan.Fit(points, 2, new[] { 1, 1, 1 }, cosine),
            () => CoreDistances.Compute(points, 2, 1, DistanceMetric.Cosine),
            () => predictor.Predict(points),
            () => predictor.MembershipVectors(points),
        ];
        foreach (Action call in calls)
        {
            Should.Throw<ArgumentException>(call).Message.ShouldContain("holds the zero vector in row 1; the cosine metric needs every row to have a length above 0");
        }
    }

    [TestMethod]
    public void Nothing_and_one_point_are_refused_and_two_or_too_few_for_a_cluster_are_noise()
    {
        foreach (int count in new[] { 0, 1 })
        {
            Refused("points", () => Hdbscan.Fit(new float[count * 3], 3)).ShouldContain($"points holds {count} rows; clustering needs 2 or more");
            Refused("points", () => Hdbscan.Fit(new float[count * 3], 3, Ones(new float[count * 3], 3))).ShouldContain($"points holds {count} rows; clustering needs 2 or more");
            Refused("points", () => CoreDistances.Compute(new float[count * 3], 3, 1)).ShouldContain($"{count}");
        }

        foreach (int count in new[] { 2, 3, 14 })
        {
            float[] points = TestPoints.Blobs(count, 3, 1, 1);
            foreach (bool single in new[] { false, true })
            {
                HdbscanOptions options = new() { MinClusterSize = 15, AllowSingleCluster = single };
                int[] labels = Hdbscan.Fit(points, 3, options).Labels;
                labels.Length.ShouldBe(count);
                (single || labels.All(label => label == -1)).ShouldBeTrue();
                Hdbscan.Fit(points, 3, Ones(points, 3), options).Labels.ShouldBe(labels);
            }
        }

        Hdbscan.FitGraph(new NeighborGraph([0, 1, 2], [1, 0], [1, 1])).Labels.ShouldBe([-1, -1]);
    }

    private static void Embed(EmbeddingClusteringOptions options) => EmbeddingClustering.Fit(Good, 2, options);

    private static void Fit(HdbscanOptions options) => Hdbscan.Fit(Good, 2, options);

    private static int[] Ones(float[] points, int dimensions) => Enumerable.Repeat(1, points.Length / dimensions).ToArray();

    private static NeighborGraph Chain() => new([0, 1, 2, 2], [1, 2], [1, 1]);

    private static string Refused(string parameter, Action call)
    {
        ArgumentException refused = Should.Throw<ArgumentException>(call, parameter);
        refused.ParamName.ShouldBe(parameter, refused.Message);
        return refused.Message;
    }
}
