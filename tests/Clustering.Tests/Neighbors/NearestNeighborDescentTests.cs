using Pipeline.Clustering.Tests.Reduction;

namespace Pipeline.Clustering.Tests.Neighbors;

[TestClass]
public sealed class NearestNeighborDescentTests
{
    private const int K = 10;

    [TestMethod]
    [DataRow(3000, 12, 1f, DistanceMetric.Euclidean)]
    [DataRow(3000, 40, 1f, DistanceMetric.Cosine)]
    [DataRow(3000, 12, 1e-30f, DistanceMetric.Euclidean)]
    [DataRow(3000, 40, 1e-39f, DistanceMetric.Cosine)]
    [DataRow(3000, 12, 1e25f, DistanceMetric.Euclidean)]
    [DataRow(3000, 100, 1f, DistanceMetric.Cosine)]
    [DataRow(3000, 65, 1e-30f, DistanceMetric.Euclidean)]
    [DataRow(2000, 80, 1e-39f, DistanceMetric.Cosine)]
    [DataRow(2000, 80, 1e25f, DistanceMetric.Euclidean)]
    public void Nearly_all_of_the_nearest_are_found_at_their_true_distances(int count, int dimensions, float unit, DistanceMetric metric)
    {
        PointSet points = PointSet.Create(Array.ConvertAll(SampleVectors.Groups(count, dimensions, 9, 0.5, 31), value => value * unit), dimensions, metric, "points");
        NeighborLists exact = BruteForceNeighbors.Search(points, points, K, 2, progress: null, CancellationToken.None);
        NeighborLists found = NearestNeighborDescent.Search(points, K, DescentEffort.Thorough, 42, 2, progress: null, CancellationToken.None);
        int hits = 0;
        for (int i = 0; i < count; i++)
        {
            hits += found.IndicesOf(i).ToArray().Intersect(exact.IndicesOf(i).ToArray()).Count();
            for (int j = 0; j < K; j++)
                found.DistancesOf(i)[j].ShouldBe(points.Distance(i, found.IndicesOf(i)[j]));
            found.IndicesOf(i).ToArray().ShouldBeUnique();
            found.IndicesOf(i).ToArray().ShouldNotContain(i);
        }

        ((double)hits / (count * K)).ShouldBeGreaterThan(0.95);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_list()
    {
        PointSet points = PointSet.Create(SampleVectors.Groups(2000, 16, 5, 0.5, 32), 16, DistanceMetric.Euclidean, "points");
        NeighborLists one = NearestNeighborDescent.Search(points, K, DescentEffort.Thorough, 1, 1, progress: null, CancellationToken.None);
        NeighborLists many = NearestNeighborDescent.Search(points, K, DescentEffort.Thorough, 1, 4, progress: null, CancellationToken.None);
        many.Indices.ShouldBe(one.Indices);
        many.Distances.ShouldBe(one.Distances);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(11)]
    [DataRow(300)]
    public void Few_points_and_copies_of_one_point_are_listed_in_full(int count)
    {
        PointSet points = PointSet.Create(Enumerable.Repeat(new float[] { 1, -2, 3 }, count).SelectMany(row => row).ToArray(), 3, DistanceMetric.Euclidean, "points");
        int k = Math.Min(K, count - 1);
        NeighborLists found = NearestNeighborDescent.Search(points, k, DescentEffort.Thorough, 1, 2, progress: null, CancellationToken.None);
        found.Distances.ShouldAllBe(distance => distance == 0);
        for (int i = 0; i < count; i++)
        {
            found.IndicesOf(i).ToArray().ShouldBeUnique();
            found.IndicesOf(i).ToArray().ShouldAllBe(j => j >= 0 && j != i);
        }
    }

    [TestMethod]
    public void A_search_can_be_stopped_and_tells_how_far_it_is()
    {
        PointSet points = PointSet.Create(SampleVectors.Groups(500, 8, 5, 0.5, 33), 8, DistanceMetric.Euclidean, "points");
        Should.Throw<OperationCanceledException>(() => NearestNeighborDescent.Search(points, K, DescentEffort.Thorough, 1, 1, progress: null, new CancellationToken(true)));
        LastReport progress = new();
        NearestNeighborDescent.Search(points, K, DescentEffort.Thorough, 1, 1, progress, CancellationToken.None);
        progress.Value.ShouldBe(1);
    }
}
