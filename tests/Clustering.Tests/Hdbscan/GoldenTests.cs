namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class GoldenTests
{
    private const int FewestSets = 6;

    [TestMethod]
    public void The_reference_outputs_are_all_listed()
    {
        TestSupport.SharedFiles.Require("golden/datasets.json");
        GoldenCases.All.Select(c => c.Set).Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThanOrEqualTo(FewestSets);
        GoldenCases.All.Select(c => c.Variant).Distinct(StringComparer.Ordinal).ShouldBe(["prims", "prims_stable", "generic_cosine"], ignoreOrder: true);
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Samples), typeof(GoldenCases))]
    public void Core_distances_and_tree_weights_are_the_reference_s(string samples)
    {
        GoldenCase golden = GoldenCases.Of(samples);
        HdbscanResult result = GoldenFits.Of(golden);

        if (!golden.Cosine)
        {
            result.CoreDistances.ShouldMatch(GoldenFolder.Doubles($"{samples}/core_distances.f64"), 1e-13, "core distances");
        }

        double[] weights = GoldenFolder.Doubles($"{samples}/mst_sorted_weights.f64");
        result.MinimumSpanningTree.Weights.Order().ToArray().ShouldMatch(weights, 1e-12, "weights");
        result.MinimumSpanningTree.TotalWeight.ShouldBe(weights.Sum(), 1e-6 * weights.Sum() + 1e-300);
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Samples), typeof(GoldenCases))]
    public void Prim_and_single_linkage_break_ties_as_the_stable_reference_does(string samples)
    {
        GoldenCase golden = GoldenCases.Of(samples);
        HdbscanResult result = GoldenFits.Of(golden);
        if (golden.Variant is not "prims_stable")
        {
            result.SingleLinkageTree.Distances.ShouldMatch(GoldenFolder.Linkage($"{samples}/single_linkage.f64").Distances, 1e-12, "distances");
            return;
        }

        MinimumSpanningTree tree = GoldenFolder.SpanningTree($"{samples}/mst.f64");
        int[] order = [.. Enumerable.Range(0, tree.Weights.Length).OrderBy(edge => result.MinimumSpanningTree.Weights[edge])];
        Array.ConvertAll(order, edge => result.MinimumSpanningTree.Sources[edge]).ShouldBe(tree.Sources);
        Array.ConvertAll(order, edge => result.MinimumSpanningTree.Targets[edge]).ShouldBe(tree.Targets);
        ShouldBeLinkage(SingleLinkage.Build(tree), GoldenFolder.Linkage($"{samples}/single_linkage.f64"), 0);
        ShouldBeLinkage(result.SingleLinkageTree, GoldenFolder.Linkage($"{samples}/single_linkage.f64"), 1e-13);
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Trees), typeof(GoldenCases))]
    public void Condensed_tree_stability_and_outlier_scores_are_the_reference_s(string folder)
    {
        GoldenCase golden = GoldenCases.Of(folder);
        SingleLinkageTree linkage = GoldenFolder.Linkage($"{golden.Samples}/single_linkage.f64");
        CondensedTree tree = TreeCondensation.Build(linkage, golden.Options.MinClusterSize);
        CondensedTree expected = GoldenFolder.Condensed($"{folder}/condensed.csv", linkage.PointCount);

        tree.Parents.ShouldBe(expected.Parents);
        tree.Children.ShouldBe(expected.Children);
        tree.ChildSizes.ShouldBe(expected.ChildSizes);
        tree.Lambdas.ShouldMatch(expected.Lambdas, 0, "lambdas", absolute: 0);

        double[] stability = GoldenFolder.Doubles($"{folder}/stability.f64");
        double[] own = ClusterStability.Compute(tree);
        for (int i = 0; i < stability.Length; i += 2)
        {
            Closeness.Same(own[(int)stability[i] - tree.PointCount], stability[i + 1], 1e-12).ShouldBeTrue($"stability of {stability[i]}");
        }

        (stability.Length / 2).ShouldBe(own.Length);
        double[] scores = Array.ConvertAll(GoldenFolder.Doubles($"{folder}/outlier_scores.f64"), score => double.IsNaN(score) ? 1 : score);
        OutlierScores.Compute(tree).ShouldMatch(scores, 1e-12, "outlier scores");
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Flats), typeof(GoldenCases))]
    public void Labels_probabilities_and_persistence_from_the_given_tree_are_the_reference_s(string folder)
    {
        GoldenCase golden = GoldenCases.Of(folder);
        HdbscanResult result = FromLinkage(golden);
        folder = Expected(folder, golden, result);

        if (GoldenCases.Of(folder).SelectedIds is int[] selected)
        {
            result.SelectedClusters.ShouldBe(selected);
        }

        result.Labels.ShouldBe(GoldenFolder.Integers($"{folder}/labels.i32"));
        result.Probabilities.ShouldMatch(GoldenFolder.Doubles($"{folder}/probabilities.f64"), 1e-5, "probabilities");
        result.Persistence.ShouldMatch(GoldenFolder.Doubles($"{folder}/persistence.f64"), 1e-5, "persistence");
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Flats), typeof(GoldenCases))]
    public void Fit_gives_the_stable_reference_s_clusters_end_to_end(string folder)
    {
        GoldenCase golden = GoldenCases.Of(folder);
        int[] labels = GoldenFolder.Integers($"{folder}/labels.i32");
        if (golden.Variant is "prims_stable")
        {
            HdbscanResult result = Hdbscan.Fit(golden.Points(), golden.Dimensions, golden.Options);
            folder = Expected(folder, golden, result);
            result.Labels.ShouldBe(GoldenFolder.Integers($"{folder}/labels.i32"));
            result.Probabilities.ShouldMatch(GoldenFolder.Doubles($"{folder}/probabilities.f64"), 1e-5, "probabilities");
            result.Persistence.ShouldMatch(GoldenFolder.Doubles($"{folder}/persistence.f64"), 1e-5, "persistence");
        }
        else if (!HasEquallyNearPoints(golden))
        {
            HdbscanResult fit = GoldenFits.Of(golden);
            int[] own = Hdbscan.Cluster(fit.SingleLinkageTree, golden.Options).Labels;
            bool noTies = fit.MinimumSpanningTree.Weights.Distinct().Count() == labels.Length - 1;
            Agreement(own, labels).ShouldBeGreaterThan(0.97);
            (!noTies || Closeness.SamePartition(own, labels)).ShouldBeTrue();
        }
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Predictions), typeof(GoldenCases))]
    public void Predictions_of_new_points_are_the_reference_s(string folder)
    {
        GoldenCase golden = GoldenCases.Of(folder);
        HdbscanPredictor predictor = new(Model(golden));
        HdbscanPrediction prediction = predictor.Predict(golden.NewPoints());
        Attachment[] attached = predictor.Attachments.Find(predictor.Check(golden.NewPoints()), null, CancellationToken.None);
        int[] labels = GoldenFolder.Integers($"{folder}/predict_labels_sel.i32");
        double[] strengths = GoldenFolder.Doubles($"{folder}/predict_strengths_sel.f64");
        int[] neighbors = GoldenFolder.Integers($"{folder}/predict_neighbors.i32");
        for (int i = 0; i < labels.Length; i++)
        {
            if (prediction.Neighbors[i] == neighbors[i] || neighbors[i] < 0)
            {
                prediction.Labels[i].ShouldBe(labels[i]);
                Closeness.Same(prediction.Strengths[i], Expected(strengths[i], attached[i], labels[i]), 1e-5).ShouldBeTrue($"strength {i}");
            }
            else
            {
                HasEquallyNearPoints(golden).ShouldBeTrue($"neighbour {i}");
                (int label, double strength) = predictor.Assign(attached[i] with { Neighbor = neighbors[i] });
                label.ShouldBe(labels[i]);
                Closeness.Same(strength, Expected(strengths[i], attached[i], label), 1e-5).ShouldBeTrue($"strength {i}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(GoldenCases.Memberships), typeof(GoldenCases))]
    public void Membership_vectors_are_the_reference_s(string folder)
    {
        GoldenCase golden = GoldenCases.Of(folder);
        HdbscanPredictor predictor = new(Model(golden));
        double[] all = [.. predictor.AllPointsMembership().Cast<double>()];
        double[] given = GoldenFolder.Doubles($"{folder}/all_points_membership.f64");
        all.ShouldAllBe(value => value >= 0 && value <= 1 + 1e-9);
        all.ShouldMatch([.. given.Select((value, at) => double.IsNaN(value) ? all[at] : value)], 1e-5, "membership of training points");

        double[,] fresh = predictor.MembershipVectors(golden.NewPoints());
        double[] expected = GoldenFolder.Doubles($"{folder}/membership_new.f64");
        int[] neighbors = GoldenFolder.Integers($"{folder}/predict_neighbors.i32");
        int[] own = predictor.Predict(golden.NewPoints()).Neighbors;
        int clusters = predictor.ClusterCount;
        fresh.Length.ShouldBe(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (own[i / clusters] == neighbors[i / clusters] || !HasEquallyNearPoints(golden))
            {
                double value = fresh[i / clusters, i % clusters];
                value.ShouldBeInRange(0, 1 + 1e-9);
                (double.IsNaN(expected[i]) || Closeness.Same(value, expected[i], 1e-5)).ShouldBeTrue($"membership of new point {i / clusters}");
            }
        }
    }

    [TestMethod]
    public void The_sub_clusters_that_the_reference_loses_in_prediction_are_found()
    {
        GoldenCase[] lossy = [.. GoldenCases.All.Where(c => c.PredictionQuirk)];
        if (lossy.Length == 0)
        {
            TestSupport.SharedFiles.Require("golden/datasets.json");
        }

        foreach (GoldenCase golden in lossy)
        {
            int[] labels = new HdbscanPredictor(Model(golden)).Predict(golden.NewPoints()).Labels;
            labels.ShouldNotBe(GoldenFolder.Integers($"{golden.Flat}/predict_labels.i32"));
        }
    }

    /// <summary>Where a tree never splits and a single cluster is allowed, the reference's leaf selection finds none; here it is the one that excess of mass gives.</summary>
    private static string Expected(string folder, GoldenCase golden, HdbscanResult result) =>
        golden.Options is { SelectionMethod: ClusterSelectionMethod.Leaf, AllowSingleCluster: true } && result.CondensedTree.Children.All(child => child < result.Labels.Length)
            ? folder.Replace("/leaf_", "/eom_", StringComparison.Ordinal)
            : folder;

    /// <summary>At distance 0 the reference divides by an infinite density; here the strength is 1.</summary>
    private static double Expected(double strength, Attachment attached, int label) => double.IsInfinity(attached.Lambda) && label >= 0 ? 1 : strength;

    private static bool HasEquallyNearPoints(GoldenCase golden) => golden.Set is "grid400_d2" or "duplicates800_d3" or "identical100_d4";

    private static HdbscanResult FromLinkage(GoldenCase golden) =>
        Hdbscan.Cluster(GoldenFolder.Linkage($"{golden.Samples}/single_linkage.f64"), golden.Options);

    private static HdbscanModel Model(GoldenCase golden)
    {
        float[] points = golden.Points();
        HdbscanResult fit = GoldenFits.Of(golden);
        return (FromLinkage(golden) with { Dimensions = fit.Dimensions, MinSamples = fit.MinSamples, PredictionCoreDistances = fit.PredictionCoreDistances }).ToModel(points);
    }

    private static double Agreement(int[] a, int[] b)
    {
        Dictionary<int, int> partner = a.Zip(b).Where(pair => pair.First >= 0).GroupBy(pair => pair.First)
            .ToDictionary(group => group.Key, group => group.GroupBy(pair => pair.Second).MaxBy(same => same.Count())!.Key);
        partner[-1] = -1;
        return a.Zip(b).Count(pair => partner[pair.First] == pair.Second) / (double)a.Length;
    }

    private static void ShouldBeLinkage(SingleLinkageTree actual, SingleLinkageTree expected, double relative)
    {
        actual.Left.ShouldBe(expected.Left);
        actual.Right.ShouldBe(expected.Right);
        actual.Sizes.ShouldBe(expected.Sizes);
        actual.Distances.ShouldMatch(expected.Distances, relative, "distances", absolute: 0);
    }
}
