using Pipeline.Clustering.Tests.Reduction;

namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class ApproximateTests
{
    private static readonly HdbscanOptions Approximate = new() { MinClusterSize = 15, MinSamples = 5, NeighborSearch = NeighborSearchMethod.Approximate, MaxDegreeOfParallelism = 2 };

    [TestMethod]
    [DataRow(3000, 20, DistanceMetric.Euclidean)]
    [DataRow(3000, 100, DistanceMetric.Euclidean)]
    [DataRow(3000, 100, DistanceMetric.Cosine)]
    public void Most_neighbours_are_found_and_the_tree_is_hardly_too_heavy_as_the_result_tells(int count, int dimensions, DistanceMetric metric)
    {
        float[] points = SampleVectors.Groups(count, dimensions, 9, 0.5, 31);
        HdbscanResult near = Hdbscan.Fit(points, dimensions, Approximate with { Metric = metric });
        HdbscanResult exact = Hdbscan.Fit(points, dimensions, Approximate with { Metric = metric, NeighborSearch = NeighborSearchMethod.Exact });
        double excess = (near.MinimumSpanningTree.TotalWeight / exact.MinimumSpanningTree.TotalWeight) - 1;
        near.Approximation.ShouldNotBeNull();
        near.Approximation.SampledPoints.ShouldBe(64);
        near.Approximation.Neighbors.ShouldBe(10);
        near.Approximation.Recall.ShouldBeGreaterThan(0.9);
        near.Approximation.RecallError.ShouldBeInRange(0, 0.03);
        near.Approximation.ExcessWeight.ShouldBeInRange(0, 0.01);
        excess.ShouldBeInRange(-1e-12, 0.01);
        for (int i = 0; i < count; i++)
            near.CoreDistances[i].ShouldBeGreaterThanOrEqualTo(exact.CoreDistances[i]);
        exact.Approximation.ShouldBeNull();
    }

    [TestMethod]
    public void A_graph_that_misses_much_is_told_to()
    {
        float[] points = SampleVectors.Groups(1500, 30, 3, 0.5, 8);
        PointSet set = PointSet.Create(points, 30, DistanceMetric.Euclidean, "points");
        NeighborLists exact = BruteForceNeighbors.Search(set, set, 20, 2, progress: null, CancellationToken.None);
        NeighborLists farther = new(10, [.. Enumerable.Range(0, 15_000).Select(at => exact.Indices[(at / 10 * 20) + 10 + (at % 10)])], [.. Enumerable.Range(0, 15_000).Select(at => exact.Distances[(at / 10 * 20) + 10 + (at % 10)])]);
        (TreeApproximation told, double excess) = Measured(set, farther);
        told.Recall.ShouldBe(0);
        told.ExcessWeight.ShouldBeInRange(0.3 * excess, 1.5 * excess);
        (told, excess) = Measured(set, exact);
        told.Recall.ShouldBe(1);
        told.ExcessWeight.ShouldBe(0);
        excess.ShouldBeInRange(-1e-12, 1e-12);
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void Well_separated_clusters_are_those_of_the_exact_fit(DistanceMetric metric)
    {
        float[] points = SampleVectors.Groups(3000, 80, 7, 0.1, 5);
        HdbscanOptions options = Approximate with { Metric = metric };
        int[] labels = Hdbscan.Fit(points, 80, options).Labels;
        labels.ShouldBe(Hdbscan.Fit(points, 80, options with { NeighborSearch = NeighborSearchMethod.Exact }).Labels);
        labels.Max().ShouldBe(6);
    }

    [TestMethod]
    [DataRow(600, 12, 40, 1.0)]
    [DataRow(3200, 20, 1600, 1.0)]
    [DataRow(900, 70, 30, 1.5)]
    public void Components_are_joined_by_their_nearest_pairs(int count, int dimensions, int groups, double alpha)
    {
        int k = Math.Min(5, (count / groups) - 1);
        PointSet set = PointSet.Create(SampleVectors.Groups(count, dimensions, groups, 1e-3, 6), dimensions, DistanceMetric.Euclidean, "points");
        NeighborLists lists = BruteForceNeighbors.Search(set, set, k, 2, progress: null, CancellationToken.None);
        MutualReachability graph = new(set, CoreDistances.NthOther(lists, k), alpha);
        (MinimumSpanningTree tree, int components) = PanelSpanningTree.BuildOnGraph(graph, lists, 2, progress: null, CancellationToken.None);
        components.ShouldBeGreaterThanOrEqualTo(groups);
        tree.TotalWeight.ShouldBe(WeightOfListedAndJoins(graph, lists), 1e-9 * tree.TotalWeight);
    }

    [TestMethod]
    public void Points_far_from_their_neighbours_get_their_nearest_ones()
    {
        PointSet set = PointSet.Create(SampleVectors.Groups(1000, 33, 4, 0.7, 12), 33, DistanceMetric.Cosine, "points");
        NeighborLists exact = BruteForceNeighbors.Search(set, set, 8, 2, progress: null, CancellationToken.None);
        NeighborLists lists = new(8, new int[8000], new double[8000]);
        for (int i = 0; i < 1000; i++)
        {
            for (int j = 0; j < 8; j++)
                (lists.Indices[(i * 8) + j], lists.Distances[(i * 8) + j]) = ((i + j + 1) % 1000, set.Distance(i, (i + j + 1) % 1000));
            lists.Distances.AsSpan(i * 8, 8).Sort(lists.Indices.AsSpan(i * 8, 8));
        }

        int[] far = [.. Enumerable.Range(0, 1000).OrderByDescending(i => lists.DistancesOf(i)[^1]).Take(125)];
        int[] untouched = [.. Enumerable.Range(0, 1000).Except(far).SelectMany(i => lists.IndicesOf(i).ToArray())];
        FarthestPoints.Search(set, lists, 2, progress: null, CancellationToken.None);
        foreach (int i in far)
        {
            lists.IndicesOf(i).ToArray().ShouldBe(exact.IndicesOf(i).ToArray());
            lists.DistancesOf(i).ToArray().ShouldBe(exact.DistancesOf(i).ToArray());
        }

        Enumerable.Range(0, 1000).Except(far).SelectMany(i => lists.IndicesOf(i).ToArray()).ShouldBe(untouched);
    }

    [TestMethod]
    public void The_number_of_threads_has_no_influence_but_the_seed_fixes_the_result()
    {
        float[] points = SampleVectors.Groups(2500, 64, 9, 0.6, 14);
        HdbscanResult one = Hdbscan.Fit(points, 64, Approximate with { MaxDegreeOfParallelism = 1 });
        HdbscanResult many = Hdbscan.Fit(points, 64, Approximate with { MaxDegreeOfParallelism = 4 });
        many.Labels.ShouldBe(one.Labels);
        many.CoreDistances.ShouldBe(one.CoreDistances);
        many.MinimumSpanningTree.Sources.ShouldBe(one.MinimumSpanningTree.Sources);
        many.MinimumSpanningTree.Weights.ShouldBe(one.MinimumSpanningTree.Weights);
        many.Approximation.ShouldBe(one.Approximation);
        Hdbscan.Fit(points, 64, Approximate with { Seed = 7 }).Approximation.ShouldNotBe(one.Approximation);
    }

    [TestMethod]
    public void Weights_stand_for_copies()
    {
        float[] points = SampleVectors.Groups(1200, 80, 6, 0.1, 15);
        int[] weights = [.. Enumerable.Range(0, 1200).Select(i => 1 + (i % 3))];
        HdbscanResult near = Hdbscan.Fit(points, 80, weights, Approximate);
        HdbscanResult exact = Hdbscan.Fit(points, 80, weights, Approximate with { NeighborSearch = NeighborSearchMethod.Exact });
        near.Labels.ShouldBe(exact.Labels);
        near.Approximation.ShouldNotBeNull().Recall.ShouldBeGreaterThan(0.9);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(40)]
    [DataRow(700)]
    public void Few_points_and_copies_of_one_are_fitted_as_exactly(int count)
    {
        float[] points = [.. Enumerable.Repeat(new float[] { 1, 2, 3 }, count).SelectMany(row => row)];
        HdbscanResult result = Hdbscan.Fit(points, 3, Approximate);
        result.MinimumSpanningTree.Weights.ShouldAllBe(weight => weight == 0);
        result.Approximation.ShouldNotBeNull().Recall.ShouldBe(1);
        Hdbscan.Fit(points.AsMemory(0, 3), 3, new[] { count }, Approximate).Approximation.ShouldNotBeNull().ExcessWeight.ShouldBe(0);
    }

    [TestMethod]
    public void An_unknown_search_is_refused_with_what_there_is()
    {
        ArgumentException refused = Should.Throw<ArgumentException>(() => Hdbscan.Fit(new float[20], 2, new HdbscanOptions { NeighborSearch = (NeighborSearchMethod)3 }));
        refused.Message.ShouldContain("NeighborSearch");
        refused.Message.ShouldContain("Auto, Exact or Approximate");
    }

    private static (TreeApproximation Told, double Excess) Measured(PointSet set, NeighborLists lists)
    {
        HdbscanOptions options = Approximate;
        MutualReachability graph = new(set, CoreDistances.NthOther(lists, 5), 1);
        MinimumSpanningTree tree = PanelSpanningTree.BuildOnGraph(graph, lists, 2, progress: null, CancellationToken.None).Tree;
        TreeApproximation told = ApproximationSample.Measure(graph, tree, lists, null, 5, options, progress: null, CancellationToken.None);
        SpannedGraph exact = SpanningTrees.Build(set, null, 5, 1, SpanningTreeMethod.AllPairs, 2, null, CancellationToken.None);
        return (told, (tree.TotalWeight / exact.Tree.TotalWeight) - 1);
    }

    /// <summary>Prim's algorithm on all pairs, of which those within a component count only where they are listed.</summary>
    private static double WeightOfListedAndJoins(MutualReachability graph, NeighborLists lists)
    {
        int n = graph.Points.Count;
        HashSet<(int, int)> listed = [];
        DisjointSet sets = new(n);
        for (int i = 0; i < n; i++)
        {
            foreach (int j in lists.IndicesOf(i))
            {
                listed.Add((i, j));
                listed.Add((j, i));
                sets.Union(i, j);
            }
        }

        double[] nearest = [.. Enumerable.Repeat(double.PositiveInfinity, n)];
        bool[] inside = new bool[n];
        double total = 0;
        for (int reached = 1, current = 0; reached < n; reached++)
        {
            inside[current] = true;
            int next = -1;
            for (int other = 0; other < n; other++)
            {
                if (inside[other])
                    continue;
                if (sets.Find(other) != sets.Find(current) || listed.Contains((current, other)))
                    nearest[other] = Math.Min(nearest[other], graph.Between(current, other));
                next = next < 0 || nearest[other] < nearest[next] ? other : next;
            }

            total += nearest[next];
            current = next;
        }

        return total;
    }
}
