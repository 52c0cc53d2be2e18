namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class SampleWeightTests
{
    private const int Cases = 400;

    [TestMethod]
    public void The_tree_of_weighted_points_is_that_of_real_copies_without_the_edges_between_copies()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            WeightedCase made = new(seed);
            HdbscanResult weighted = made.Fit(), real = made.FitCopies();
            MinimumSpanningTree tree = real.MinimumSpanningTree;
            ILookup<bool, int> edges = Enumerable.Range(0, tree.Weights.Length).ToLookup(edge => made.IsFirst(tree.Targets[edge]));

            weighted.CoreDistances.ShouldBe(Array.ConvertAll(made.Firsts, copy => real.CoreDistances[copy]), $"case {seed}");
            weighted.PredictionCoreDistances.ShouldBe(Array.ConvertAll(made.Firsts, copy => real.PredictionCoreDistances[copy]), $"case {seed}");
            weighted.MinimumSpanningTree.Weights.ShouldBe(edges[true].Select(edge => tree.Weights[edge]), $"case {seed}");
            weighted.MinimumSpanningTree.Targets.ShouldBe(edges[true].Select(edge => made.Owners[tree.Targets[edge]]), $"case {seed}");
            weighted.MinimumSpanningTree.Sources.ShouldBe(edges[true].Select(edge => made.Owners[tree.Sources[edge]]), $"case {seed}");
            edges[false].ShouldAllBe(edge => tree.Weights[edge] == real.CoreDistances[tree.Targets[edge]], $"case {seed}");
        }
    }

    [TestMethod]
    public void Weighted_points_are_clustered_as_copies_that_join_each_other_first()
    {
        int clustered = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            WeightedCase made = new(seed);
            HdbscanResult weighted = made.Fit(), copies = made.CopiesFirst(made.FitCopies());
            copies.Labels.ShouldBe(Array.ConvertAll(made.Owners, point => weighted.Labels[point]), $"case {seed}");
            copies.Probabilities.ShouldBe(Array.ConvertAll(made.Owners, point => weighted.Probabilities[point]), $"case {seed}");
            copies.OutlierScores.ShouldBe(Array.ConvertAll(made.Owners, point => weighted.OutlierScores[point]), $"case {seed}");
            weighted.Persistence.ShouldMatch(copies.Persistence, 1e-12, $"persistence in case {seed}");
            ClusterStability.Compute(weighted.CondensedTree).ShouldMatch(ClusterStability.Compute(copies.CondensedTree), 1e-11, $"stability in case {seed}");
            for (int cluster = 0; cluster < weighted.ClusterCount; cluster++)
            {
                weighted.Exemplars[cluster].ShouldBe(copies.Exemplars[cluster].Where(made.IsFirst).Select(copy => made.Owners[copy]), $"case {seed}");
            }

            clustered += weighted.ClusterCount > 1 ? 1 : 0;
        }

        clustered.ShouldBeGreaterThan(Cases / 4);
    }

    [TestMethod]
    public void Without_equal_edges_weighted_points_get_the_very_answers_of_real_copies()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            WeightedCase made = new(seed);
            HdbscanOptions options = made.Options with { MinSamples = 1 };
            HdbscanResult weighted = Hdbscan.Fit(made.Points, made.Dimensions, made.Weights, options), real = Hdbscan.Fit(made.Copies(), made.Dimensions, options);
            real.Labels.ShouldBe(Array.ConvertAll(made.Owners, point => weighted.Labels[point]), $"case {seed}");
            real.Probabilities.ShouldBe(Array.ConvertAll(made.Owners, point => weighted.Probabilities[point]), $"case {seed}");
        }
    }

    [TestMethod]
    public void Equal_edges_give_few_real_copies_another_label()
    {
        double agreement = 0;
        int equal = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            WeightedCase made = new(seed);
            int[] points = made.Fit().Labels, real = made.FitCopies().Labels;
            int[] weighted = Array.ConvertAll(made.Owners, point => points[point]);
            agreement += PartitionAgreement.AdjustedRandIndex(weighted, real);
            equal += Closeness.SamePartition(weighted, real) ? 1 : 0;
        }

        equal.ShouldBeGreaterThan(Cases * 9 / 10);
        (agreement / Cases).ShouldBeGreaterThan(0.95);
    }

    [TestMethod]
    public void Weighted_points_predict_as_their_copies_do()
    {
        for (int seed = 0; seed < Cases; seed += 5)
        {
            WeightedCase made = new(seed);
            float[] fresh = TestPoints.Blobs(40, made.Dimensions, 3, seed + 1);
            HdbscanPredictor weighted = new(made.Fit().ToModel(made.Points)), copies = new(made.CopiesFirst(made.FitCopies()).ToModel(made.Copies()));
            HdbscanPrediction expected = copies.Predict(fresh), actual = weighted.Predict(fresh);
            actual.Labels.ShouldBe(expected.Labels, $"case {seed}");
            actual.Strengths.ShouldBe(expected.Strengths, $"case {seed}");
            actual.Neighbors.ShouldBe(Array.ConvertAll(expected.Neighbors, copy => made.Owners[copy]), $"case {seed}");
            weighted.PredictOutlierScores(fresh).ShouldBe(copies.PredictOutlierScores(fresh), $"case {seed}");
            weighted.MembershipVectors(fresh).ShouldBe(copies.MembershipVectors(fresh), $"case {seed}");
        }
    }

    [TestMethod]
    public void Weights_of_one_change_nothing()
    {
        float[] points = TestPoints.Blobs(500, 3, 4, 8);
        HdbscanOptions options = new() { MinClusterSize = 10, MinSamples = 4 };
        HdbscanResult weighted = Hdbscan.Fit(points, 3, Enumerable.Repeat(1, 500).ToArray(), options), plain = Hdbscan.Fit(points, 3, options);
        weighted.Labels.ShouldBe(plain.Labels);
        weighted.Persistence.ShouldBe(plain.Persistence);
        weighted.CondensedTree.Children.ShouldBe(plain.CondensedTree.Children);
    }

    [TestMethod]
    [DataRow(SpanningTreeMethod.Tree, 6)]
    [DataRow(SpanningTreeMethod.Panels, 30)]
    public void Every_way_to_the_tree_and_every_number_of_threads_gives_the_same(object method, int dimensions)
    {
        float[] points = TestPoints.Blobs(900, dimensions, 6, 1);
        int[] weights = [.. Enumerable.Range(0, 900).Select(i => i % 7 == 0 ? 1 + i % 20 : 1)];
        HdbscanOptions options = new() { MinClusterSize = 10, MinSamples = 5, MaxDegreeOfParallelism = 1 };
        HdbscanResult pairs = Hdbscan.FitCopies(points, dimensions, weights, options, SpanningTreeMethod.AllPairs, null, CancellationToken.None);
        foreach (int threads in new[] { 1, 3 })
        {
            HdbscanResult other = Hdbscan.FitCopies(points, dimensions, weights, options with { MaxDegreeOfParallelism = threads }, (SpanningTreeMethod)method, null, CancellationToken.None);
            other.CoreDistances.ShouldBe(pairs.CoreDistances);
            other.MinimumSpanningTree.Weights.ShouldBe(pairs.MinimumSpanningTree.Weights);
            other.MinimumSpanningTree.Targets.ShouldBe(pairs.MinimumSpanningTree.Targets);
            other.Labels.ShouldBe(pairs.Labels);
            other.Probabilities.ShouldBe(pairs.Probabilities);
        }

        pairs.ClusterCount.ShouldBeGreaterThan(2);
    }

    [TestMethod]
    public void Millions_of_copies_cost_nothing()
    {
        float[] points = TestPoints.Blobs(200, 2, 4, 3);
        int[] weights = [.. Enumerable.Range(0, 200).Select(_ => 10_000_000)];
        HdbscanResult fit = Hdbscan.Fit(points, 2, weights, new HdbscanOptions { MinClusterSize = 50_000_000, MinSamples = 3 });
        fit.CoreDistances.ShouldAllBe(distance => distance == 0);
        fit.ClusterCount.ShouldBeGreaterThan(1);
        fit.SingleLinkageTree.Sizes[^1].ShouldBe(2_000_000_000);
    }

    [TestMethod]
    public void A_point_as_heavy_as_a_cluster_is_one()
    {
        HdbscanResult fit = Hdbscan.Fit(new float[] { 0, 1, 2, 3, 100 }, 1, new[] { 1, 1, 1, 1, 500 }, new HdbscanOptions { MinClusterSize = 4, MinSamples = 1 });
        fit.Labels.ShouldBe([0, 0, 0, 0, 1]);
        fit.Exemplars[1].ShouldBe([4]);
        fit.CondensedTree.ChildSizes.Max().ShouldBe(500);
    }
}
