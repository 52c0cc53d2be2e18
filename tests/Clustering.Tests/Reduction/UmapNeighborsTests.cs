namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class UmapNeighborsTests
{
    [TestMethod]
    [DataRow(250, 7, DistanceMetric.Euclidean)]
    [DataRow(250, 33, DistanceMetric.Cosine)]
    [DataRow(31, 2, DistanceMetric.Euclidean)]
    [DataRow(5, 64, DistanceMetric.Cosine)]
    public void The_neighbours_are_those_of_a_plain_search(int count, int dimensions, DistanceMetric metric)
    {
        float[] points = SampleVectors.Groups(count, dimensions, 4, 0.4, count);
        int k = Math.Min(12, count - 1);
        NeighborTable table = SearchSelf(points, dimensions, metric, k);
        for (int i = 0; i < count; i++)
        {
            double[] expected = [.. Enumerable.Range(0, count).Where(j => j != i).Select(j => Distance(points, dimensions, metric, i, j)).Order().Take(k)];
            for (int j = 0; j < k; j++)
            {
                table.Distances[(i * k) + j].ShouldBe((float)expected[j], 1e-5f);
                table.Indices[(i * k) + j].ShouldNotBe(i);
            }
        }
    }

    [TestMethod]
    public void Duplicates_are_at_distance_zero_in_order_of_index_even_far_from_the_origin()
    {
        float[] points = [.. Enumerable.Repeat(new float[] { 12345.678f, 0.1f, -777.7f }, 40).SelectMany(row => row), 0, 0, 0];
        NeighborTable table = SearchSelf(points, 3, DistanceMetric.Euclidean, 3);
        table.Indices[(39 * 3)..(40 * 3)].ShouldBe([0, 1, 2]);
        table.Distances[(39 * 3)..(40 * 3)].ShouldBe([0f, 0f, 0f]);
        table.Indices[0..3].ShouldBe([1, 2, 3]);
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(100)]
    public void A_search_that_was_stopped_while_it_was_prepared_can_be_repeated(int queries)
    {
        float[] points = SampleVectors.Groups(300, 24, 4, 0.4, 21), news = SampleVectors.Groups(queries, 24, 4, 0.4, 22);
        UmapNeighbors neighbors = new(points, 24, DistanceMetric.Cosine);
        Should.Throw<OperationCanceledException>(() => neighbors.Search(news, 5, progress: null, new ParallelOptions { CancellationToken = new CancellationToken(true) }));
        neighbors.Search(news, 5, progress: null, new ParallelOptions()).Indices.ShouldBe(
            new UmapNeighbors(points, 24, DistanceMetric.Cosine).Search(news, 5, progress: null, new ParallelOptions()).Indices);
    }

    [TestMethod]
    [DataRow(1, DistanceMetric.Euclidean)]
    [DataRow(40, DistanceMetric.Cosine)]
    public void The_points_nearest_to_new_points_are_those_of_a_plain_search(int queries, DistanceMetric metric)
    {
        const int D = 24, K = 7;
        float[] points = SampleVectors.Groups(300, D, 4, 0.4, 21), news = SampleVectors.Groups(queries, D, 4, 0.4, 22);
        NeighborTable table = new UmapNeighbors(points, D, metric).Search(news, K, progress: null, new ParallelOptions());
        float[] both = [.. points, .. news];
        for (int q = 0; q < queries; q++)
        {
            double[] expected = [.. Enumerable.Range(0, 300).Select(j => Distance(both, D, metric, 300 + q, j)).Order().Take(K)];
            for (int j = 0; j < K; j++)
            {
                table.Distances[(q * K) + j].ShouldBe((float)expected[j], 1e-5f);
                Distance(both, D, metric, 300 + q, table.Indices[(q * K) + j]).ShouldBe(expected[j], 1e-5);
            }
        }
    }

    [TestMethod]
    public void Zero_vectors_under_the_cosine_come_before_points_that_look_away()
    {
        float[] points = [1, 0, 0, 0, -1, 0.1f, 1, 0.2f, 0, 0];
        NeighborTable table = SearchSelf(points, 2, DistanceMetric.Cosine, 4);
        table.Indices.ShouldBe([3, 1, 4, 2, 0, 2, 3, 4, 1, 4, 3, 0, 0, 1, 4, 2, 0, 1, 2, 3]);
        table.Distances[1..3].ShouldBe([1f, 1f]);
        table.Distances[4..8].ShouldBe([1f, 1f, 1f, 1f]);
    }

    private static NeighborTable SearchSelf(float[] points, int dimensions, DistanceMetric metric, int k) =>
        new UmapNeighbors(points, dimensions, metric).SearchSelf(k, approximate: false, seed: 0, progress: null, new ParallelOptions());

    private static double Distance(float[] points, int d, DistanceMetric metric, int i, int j)
    {
        double squared = 0, dot = 0, a = 0, b = 0;
        for (int t = 0; t < d; t++)
        {
            double x = points[(i * d) + t], y = points[(j * d) + t];
            squared += (x - y) * (x - y);
            dot += x * y;
            a += x * x;
            b += y * y;
        }

        return metric == DistanceMetric.Euclidean ? Math.Sqrt(squared) : 1 - (dot / Math.Sqrt(a * b));
    }
}
