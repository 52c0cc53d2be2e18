using System.Numerics;

namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class ExactNeighborsTests
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
        NeighborTable table = new ExactNeighbors(points, dimensions, metric).SearchSelf(k, new ParallelOptions());
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
        NeighborTable table = new ExactNeighbors(points, 3, DistanceMetric.Euclidean).SearchSelf(3, new ParallelOptions());
        table.Indices[(39 * 3)..(40 * 3)].ShouldBe([0, 1, 2]);
        table.Distances[(39 * 3)..(40 * 3)].ShouldBe([0f, 0f, 0f]);
        table.Indices[0..3].ShouldBe([1, 2, 3]);
    }

    [TestMethod]
    public unsafe void The_kernels_for_all_vector_widths_agree_with_plain_sums()
    {
        const int Depth = 37;
        int width = 2 * Vector<float>.Count;
        float[] rows = SampleVectors.Groups(6, Depth, 6, 1, 5), panel = SampleVectors.Groups(Depth, width, 3, 1, 6), tile = new float[6 * width];
        fixed (float* a = rows, b = panel, t = tile)
            PanelKernel.AccumulatePortable(a, a + Depth, a + (2 * Depth), a + (3 * Depth), a + (4 * Depth), a + (5 * Depth), 1, b, Depth, t);
        for (int r = 0; r < 6; r++)
        {
            for (int j = 0; j < width; j++)
                tile[(r * width) + j].ShouldBe(Enumerable.Range(0, Depth).Sum(s => rows[(r * Depth) + s] * panel[(s * width) + j]), 1e-3f);
        }
    }

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
