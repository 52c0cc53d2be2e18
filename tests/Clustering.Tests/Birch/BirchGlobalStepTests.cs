namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BirchGlobalStepTests
{
    [TestMethod]
    public void Agglomeration_finds_the_groups_that_the_subclusters_belong_to()
    {
        float[] points = [.. Enumerable.Range(0, 900).SelectMany(i => new[] { i % 3 * 8f + i * 7919 % 101 / 40f, i * 104729 % 103 / 40f })];
        Birch birch = new(2, new BirchOptions { Threshold = 0.2 });
        birch.InsertMany(points);
        BirchSubclusters found = birch.Subclusters();
        int[] global = found.Agglomerate(3);
        int[] labels = Array.ConvertAll(found.Label(points), subcluster => global[subcluster]);

        found.Count.ShouldBeGreaterThan(30);
        PartitionAgreement.AdjustedRandIndex(labels, [.. Enumerable.Range(0, 900).Select(i => i % 3)]).ShouldBe(1);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(11)]
    public void Agglomeration_merges_as_the_greedy_method_does(int clusters)
    {
        const int M = 60, D = 3;
        Random random = new(5);
        float[] points = [.. Enumerable.Range(0, M * D).Select(_ => random.NextSingle() * 10)];
        double[] weights = [.. Enumerable.Range(0, M).Select(_ => 1 + random.Next(20) + random.NextDouble())];

        WardLinkage.Cut(points, weights, D, clusters, progress: null, CancellationToken.None).ShouldBe(Greedy(points, weights, D, clusters));
    }

    [TestMethod]
    public void The_order_of_the_subclusters_does_not_change_what_is_joined()
    {
        const int M = 200, D = 3;
        Random random = new(6);
        float[] points = [.. Enumerable.Range(0, M * D).Select(_ => random.NextSingle() * 10)];
        double[] weights = [.. Enumerable.Range(0, M).Select(_ => 1 + random.Next(20) + random.NextDouble())];
        int[] order = [.. Enumerable.Range(0, M)];
        random.Shuffle(order);
        foreach (int clusters in new[] { 2, 7, 50 })
        {
            int[] given = WardLinkage.Cut(points, weights, D, clusters, progress: null, CancellationToken.None);
            int[] shuffled = WardLinkage.Cut(TestPoints.Reorder(points, D, order), Array.ConvertAll(order, at => weights[at]), D, clusters, progress: null, CancellationToken.None);
            PartitionAgreement.AdjustedRandIndex(shuffled, Array.ConvertAll(order, at => given[at])).ShouldBe(1);
        }
    }

    [TestMethod]
    public void Two_clusters_agree_on_what_joining_them_costs()
    {
        Random random = new(7);
        for (int pair = 0; pair < 1000; pair++)
        {
            double weight = random.NextDouble() * 100, other = random.NextDouble(), squared = random.NextDouble();
            WardLinkage.Growth(weight, other, squared).ShouldBe(WardLinkage.Growth(other, weight, squared));
        }

        WardLinkage.Growth(1e-200, 1e-200, 1).ShouldBe(0.5e-200);
    }

    [TestMethod]
    public void Equal_subclusters_and_more_clusters_than_subclusters_are_no_trouble()
    {
        float[] points = [1, 1, 1, 5];
        WardLinkage.Cut(points, [1, 2, 3, 1], 1, 2, progress: null, CancellationToken.None).ShouldBe([0, 0, 0, 1]);
        WardLinkage.Cut(points, [1, 2, 3, 1], 1, 9, progress: null, CancellationToken.None).ShouldBe([0, 1, 2, 3]);
    }

    [TestMethod]
    public void Agglomeration_can_be_cancelled()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => WardLinkage.Cut([1, 2, 3], [1, 1, 1], 1, 1, progress: null, stop.Token));
    }

    /// <summary>The two clusters that cost least, again and again, from their points.</summary>
    private static int[] Greedy(float[] points, double[] weights, int d, int clusters)
    {
        List<List<int>> groups = [.. Enumerable.Range(0, weights.Length).Select(i => new List<int> { i })];
        while (groups.Count > clusters)
        {
            (int a, int b) = Enumerable.Range(0, groups.Count)
                .SelectMany(i => Enumerable.Range(i + 1, groups.Count - i - 1).Select(j => (i, j)))
                .MinBy(pair => Cost([.. groups[pair.i], .. groups[pair.j]]) - Cost(groups[pair.i]) - Cost(groups[pair.j]));
            groups[a].AddRange(groups[b]);
            groups.RemoveAt(b);
        }

        List<List<int>> ordered = [.. groups.OrderBy(group => group.Min())];
        return [.. Enumerable.Range(0, weights.Length).Select(i => ordered.FindIndex(group => group.Contains(i)))];

        double Cost(List<int> group) => Enumerable.Range(0, d).Sum(t =>
        {
            double mean = group.Sum(i => weights[i] * points[i * d + t]) / group.Sum(i => weights[i]);
            return group.Sum(i => weights[i] * Math.Pow(points[i * d + t] - mean, 2));
        });
    }
}
