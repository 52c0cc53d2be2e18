namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class PairBoundsTests
{
    [TestMethod]
    [DataRow(DistanceMetric.Euclidean, 0)]
    [DataRow(DistanceMetric.Euclidean, 1_000_000)]
    [DataRow(DistanceMetric.Cosine, 0)]
    public void No_bound_is_above_the_distance_and_the_neighbours_are_those_of_all_pairs(DistanceMetric metric, double offset)
    {
        foreach ((int count, int dimensions) in new[] { (2, 1), (33, 21), (95, 24), (150, 100), (97, 384) })
        {
            float[] points = TestPoints.Blobs(count, dimensions, 4, seed: count, offset);
            PointSet set = PointSet.Create(points, dimensions, metric, nameof(points));

            PairBounds bounds = PairBounds.Create(set, threads: 3, null, CancellationToken.None);

            for (int a = 0; a < count; a++)
            {
                for (int b = 0; b < count; b++)
                {
                    (a == b || bounds.Of(a)[b] <= set.Squared(a, b)).ShouldBeTrue($"{count} x {dimensions}: {a} and {b}");
                }
            }

            int k = Math.Min(7, count - 1);
            NeighborLists expected = BruteForceNeighbors.Search(set, set, k, 1, null, CancellationToken.None), found = bounds.Nearest(k, 3, CancellationToken.None);
            found.Indices.ShouldBe(expected.Indices);
            found.Distances.ShouldBe(expected.Distances);
        }
    }

    [TestMethod]
    public void Bounds_of_spread_points_exclude_nearly_all_pairs()
    {
        float[] points = TestPoints.Blobs(300, 200, 5, seed: 2);
        PointSet set = PointSet.Create(points, 200, DistanceMetric.Euclidean, nameof(points));

        PairBounds bounds = PairBounds.Create(set, 1, null, CancellationToken.None);

        for (int other = 1; other < 300; other++)
        {
            bounds.Of(0)[other].ShouldBeGreaterThan(0.999f * (float)set.Squared(0, other));
        }
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void A_fit_with_bounds_is_that_of_all_pairs_bit_for_bit_also_where_distances_are_equal(DistanceMetric metric)
    {
        foreach (float grid in new[] { 0, 1, 8 })
        {
            foreach (double alpha in new[] { 1, 1.7, 0.6 })
            {
                float[] points = TestPoints.Blobs(260, 40, 3, seed: 8);
                points = grid == 0 ? points : Array.ConvertAll(points, value => 1 + MathF.Round(value / grid));
                HdbscanOptions options = new() { MinClusterSize = 8, MinSamples = 3, Metric = metric, Alpha = alpha };

                HdbscanResult expected = Fit(SpanningTreeMethod.AllPairs), found = Fit(SpanningTreeMethod.Bounds), chosen = Fit(SpanningTreeMethod.Auto);

                foreach (HdbscanResult result in new[] { found, chosen })
                {
                    result.MinimumSpanningTree.Sources.ShouldBe(expected.MinimumSpanningTree.Sources);
                    result.MinimumSpanningTree.Targets.ShouldBe(expected.MinimumSpanningTree.Targets);
                    result.MinimumSpanningTree.Weights.ShouldBe(expected.MinimumSpanningTree.Weights);
                    result.CoreDistances.ShouldBe(expected.CoreDistances);
                    result.PredictionCoreDistances.ShouldBe(expected.PredictionCoreDistances);
                    result.Labels.ShouldBe(expected.Labels);
                    result.Probabilities.ShouldBe(expected.Probabilities);
                }

                HdbscanResult Fit(SpanningTreeMethod method) => Hdbscan.FitBy(points, 40, options, method, null, CancellationToken.None);
            }
        }
    }
}
