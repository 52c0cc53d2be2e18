namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class NeighborGraphTests
{
    private static readonly HdbscanOptions Default = new() { MinClusterSize = 8, MinSamples = 4 };

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean, 1.0)]
    [DataRow(DistanceMetric.Cosine, 1.0)]
    [DataRow(DistanceMetric.Euclidean, 1.3)]
    public void All_distances_give_the_very_result_of_a_fit_of_the_points(DistanceMetric metric, double alpha)
    {
        float[] lattice = [.. Enumerable.Range(0, 300).SelectMany(i => new float[] { 1 + (i % 17), i / 20, i % 5 })];
        foreach (float[] points in new[] { TestPoints.Blobs(300, 3, 4, 1), lattice })
        {
            HdbscanOptions options = Default with { Metric = metric, Alpha = alpha };
            HdbscanResult expected = Hdbscan.Fit(points, 3, options);
            foreach (Func<int, int, bool> listed in new Func<int, int, bool>[] { (a, b) => a != b, (a, b) => a < b, (a, b) => (a + b) % 2 == 0 ? a < b : a > b })
            {
                HdbscanResult actual = Hdbscan.FitGraph(Graph(points, 3, metric, listed), options);
                actual.CoreDistances.ShouldBe(expected.CoreDistances);
                actual.PredictionCoreDistances.ShouldBe(expected.PredictionCoreDistances);
                actual.MinimumSpanningTree.Sources.ShouldBe(expected.MinimumSpanningTree.Sources);
                actual.MinimumSpanningTree.Targets.ShouldBe(expected.MinimumSpanningTree.Targets);
                actual.MinimumSpanningTree.Weights.ShouldBe(expected.MinimumSpanningTree.Weights);
                actual.Labels.ShouldBe(expected.Labels);
                actual.Probabilities.ShouldBe(expected.Probabilities);
                actual.OutlierScores.ShouldBe(expected.OutlierScores);
            }
        }
    }

    [TestMethod]
    public void Neighbour_lists_give_a_forest_as_light_as_Kruskal_s()
    {
        float[] points = TestPoints.Blobs(400, 4, 5, 2);
        foreach (int neighbors in new[] { 2, 4, 9, 30 })
        {
            NeighborGraph graph = Nearest(points, 4, neighbors);
            HdbscanResult fit = Hdbscan.FitGraph(graph, Default with { MinSamples = Math.Min(neighbors, 4) });
            double[] weights = Kruskal(graph, fit.CoreDistances);
            fit.MinimumSpanningTree.Weights.Where(double.IsFinite).Order().ShouldBe(weights);
            fit.MinimumSpanningTree.Weights.Count(double.IsInfinity).ShouldBe(399 - weights.Length);
        }
    }

    [TestMethod]
    public void Lists_that_hold_the_whole_tree_give_the_result_of_a_fit_of_the_points()
    {
        float[] points = TestPoints.Blobs(500, 2, 3, 6);
        HdbscanResult fit = Hdbscan.Fit(points, 2, Default), lists = Hdbscan.FitGraph(Nearest(points, 2, 120), Default);
        lists.MinimumSpanningTree.TotalWeight.ShouldBe(fit.MinimumSpanningTree.TotalWeight);
        lists.Labels.ShouldBe(fit.Labels);
        lists.OutlierScores.ShouldBe(fit.OutlierScores);
    }

    [TestMethod]
    public void Components_are_clusters_and_small_ones_are_noise()
    {
        float[] points = [.. Enumerable.Range(0, 30).Select(i => (float)(i + (0.01 * i * i))), 1000, 1001, 1003, .. Enumerable.Range(0, 20).Select(i => 2000f + (3 * i) - (0.02f * i * i))];
        HdbscanResult fit = Hdbscan.FitGraph(Graph(points, 1, DistanceMetric.Euclidean, (a, b) => a != b && Math.Abs(points[a] - points[b]) < 20), Default with { MinSamples = 2 });

        fit.MinimumSpanningTree.Weights.Count(double.IsInfinity).ShouldBe(2);
        fit.Labels[..30].Distinct().ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(0);
        fit.Labels[30..33].ShouldAllBe(label => label == -1);
        fit.Labels[33..].Distinct().ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(0);
        fit.ClusterCount.ShouldBe(2);
        fit.OutlierScores[30..33].ShouldAllBe(score => score == 1);
        fit.CondensedTree.Lambdas[0].ShouldBe(0);
    }

    [TestMethod]
    public void Small_components_never_make_a_cluster_together()
    {
        NeighborGraph graph = Graph([0, 1, 2, 100, 101, 102, 200, 201, 202], 1, DistanceMetric.Euclidean, (a, b) => a != b && a / 3 == b / 3);
        Hdbscan.FitGraph(graph, new HdbscanOptions { MinClusterSize = 4, MinSamples = 2 }).Labels.ShouldAllBe(label => label == -1);
        Hdbscan.FitGraph(graph, new HdbscanOptions { MinClusterSize = 3, MinSamples = 2 }).Labels.ShouldBe([0, 0, 0, 1, 1, 1, 2, 2, 2], ignoreOrder: true);
    }

    [TestMethod]
    public void A_point_with_too_few_neighbours_is_noise()
    {
        float[] points = TestPoints.Blobs(200, 2, 2, 4);
        HdbscanResult fit = Hdbscan.FitGraph(Graph(points, 2, DistanceMetric.Euclidean, (a, b) => a != b && (Math.Min(a, b) > 0 || Math.Max(a, b) <= 3)), Default);
        fit.CoreDistances[0].ShouldBe(double.PositiveInfinity);
        fit.Labels[0].ShouldBe(-1);
        fit.OutlierScores[0].ShouldBe(1);
        fit.ClusterCount.ShouldBeGreaterThan(1);
        Hdbscan.FitGraph(new NeighborGraph([0, 0, 0, 0], [], []), Default).Labels.ShouldBe([-1, -1, -1]);
    }

    [TestMethod]
    public void The_order_in_a_row_repetitions_and_threads_change_nothing()
    {
        float[] points = TestPoints.Blobs(600, 3, 4, 9);
        NeighborGraph graph = Nearest(points, 3, 12);
        Random random = new(3);
        List<int> indices = [], offsets = [0];
        List<double> distances = [];
        for (int row = 0; row < 600; row++)
        {
            int[] places = [.. Enumerable.Range(row * 12, 12), (row * 12) + 5, (row * 12) + 3];
            random.Shuffle(places);
            indices.AddRange(places.Select(at => graph.Indices[at]));
            distances.AddRange(places.Select((at, i) => graph.Distances[at] + (Array.IndexOf(places, at) < i ? 1 : 0)));
            offsets.Add(indices.Count);
        }

        HdbscanResult expected = Hdbscan.FitGraph(graph, Default with { MaxDegreeOfParallelism = 1 });
        HdbscanResult actual = Hdbscan.FitGraph(new NeighborGraph([.. offsets], [.. indices], [.. distances]), Default with { MaxDegreeOfParallelism = 3 });
        actual.MinimumSpanningTree.Targets.ShouldBe(expected.MinimumSpanningTree.Targets);
        actual.Labels.ShouldBe(expected.Labels);
        actual.OutlierScores.ShouldBe(expected.OutlierScores);
        expected.ClusterCount.ShouldBe(4);
    }

    [TestMethod]
    public void A_graph_cannot_predict_and_can_be_cancelled()
    {
        float[] points = TestPoints.Blobs(60, 2, 2, 4);
        HdbscanResult fit = Hdbscan.FitGraph(Nearest(points, 2, 8), Default);
        Should.Throw<InvalidOperationException>(() => fit.ToModel(points)).Message.ShouldContain("prediction needs a fit of points");
        Should.Throw<OperationCanceledException>(() => Hdbscan.FitGraph(Nearest(points, 2, 8), Default, null, new CancellationToken(canceled: true)));
    }

    private static NeighborGraph Graph(float[] points, int dimensions, DistanceMetric metric, Func<int, int, bool> listed)
    {
        PointSet set = PointSet.Create(points, dimensions, metric, "points");
        int[][] rows = [.. Enumerable.Range(0, set.Count).Select(a => Enumerable.Range(0, set.Count).Where(b => listed(a, b)).ToArray())];
        int[] offsets = [.. Enumerable.Range(0, set.Count + 1).Select(row => rows.Take(row).Sum(r => r.Length))];
        return new NeighborGraph(offsets, [.. rows.SelectMany(row => row)], [.. rows.SelectMany((row, a) => row.Select(b => set.Distance(a, b)))]);
    }

    private static NeighborGraph Nearest(float[] points, int dimensions, int neighbors)
    {
        PointSet set = PointSet.Create(points, dimensions, DistanceMetric.Euclidean, "points");
        NeighborLists lists = BruteForceNeighbors.Search(set, set, neighbors, 2, null, CancellationToken.None);
        return NeighborGraph.FromLists(neighbors, lists.Indices, lists.Distances);
    }

    private static double[] Kruskal(NeighborGraph graph, double[] core)
    {
        DisjointSet sets = new(core.Length);
        return [.. Enumerable.Range(0, core.Length)
            .SelectMany(row => Enumerable.Range(graph.Offsets[row], graph.Offsets[row + 1] - graph.Offsets[row]).Select(at => (From: row, To: graph.Indices[at], Weight: Math.Max(graph.Distances[at], Math.Max(core[row], core[graph.Indices[at]])))))
            .Where(edge => double.IsFinite(edge.Weight))
            .OrderBy(edge => edge.Weight)
            .Where(edge => sets.Union(edge.From, edge.To))
            .Select(edge => edge.Weight)];
    }
}
