using System.Runtime.Intrinsics;

namespace Pipeline.Clustering.Tests;

/// <summary>The kernels of trees, of codes and of pairs against plain loops: over odd dimensions, part-filled blocks, denormal and huge coordinates.</summary>
[TestClass]
public sealed unsafe class KernelBoundsTests
{
    private static readonly int[] Dimensions = [1, 2, 3, 5, 7, 10, 13];

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean)]
    [DataRow(DistanceMetric.Cosine)]
    public void Eight_points_of_a_tree_are_as_far_as_one_by_one(DistanceMetric metric)
    {
        foreach (int d in Dimensions)
        {
            PointSet points = Points(count: 37, d, metric, seed: d);
            KdTree tree = KdTree.Build(points, 1, CancellationToken.None);
            double[] query = Points(1, d, metric, seed: 100 + d).Row(0).ToArray();
            for (int position = 0; position < tree.LeafCount * KdTree.LeafSize; position += Vector512<double>.Count)
            {
                Vector512<double> squares = KdKernel.SquaredToPoints(tree, position, query);
                for (int lane = 0; lane < Vector512<double>.Count; lane++)
                {
                    double expected = position + lane < points.Count ? Squared(points.Row(tree.Order[position + lane]), query) : double.PositiveInfinity;
                    squares[lane].ShouldBe(expected, $"{d} dimensions, position {position + lane}");
                }
            }
        }
    }

    [TestMethod]
    public void Eight_boxes_are_as_far_from_a_point_and_from_a_box_as_one_by_one()
    {
        foreach (int d in Dimensions)
        {
            KdTree tree = KdTree.Build(Points(count: 150, d, DistanceMetric.Euclidean, seed: d), 1, CancellationToken.None);
            double[] low = Points(1, d, DistanceMetric.Euclidean, seed: 200 + d).Row(0).ToArray(), high = [.. low.Select((value, t) => value + (0.01 * t))];
            for (int block = 0; block < tree.BlockCount; block++)
            {
                Vector512<double> toPoint = KdKernel.SquaredToBoxes(tree, block, low), toBox = KdKernel.SquaredBetweenBoxes(tree, block, low, high);
                for (int box = 0; box < KdTree.Fan; box++)
                {
                    (double point, double between) = (0, 0);
                    for (int t = 0; t < d; t++)
                    {
                        int at = (((block * d) + t) * 2 * KdTree.Fan) + box;
                        double lower = tree.Boxes[at], upper = tree.Boxes[at + KdTree.Fan];
                        double outside = Math.Max(0, Math.Max(lower - low[t], low[t] - upper)), apart = Math.Max(0, Math.Max(lower - high[t], low[t] - upper));
                        point += outside * outside;
                        between += apart * apart;
                    }

                    (toPoint[box], toBox[box]).ShouldBe((point, between), $"{d} dimensions, block {block}, box {box}");
                }
            }
        }
    }

    [TestMethod]
    public void No_row_within_reach_is_excluded_by_its_code_and_nearly_all_beyond_are()
    {
        foreach (int d in new[] { 1, 15, 16, 17, 31, 100 })
        {
            foreach (float size in new[] { 1e-42f, 1e-20f, 1f, 1e15f })
            {
                PointSet points = PointSet.Create(Array.ConvertAll(TestPoints.Blobs(64, d, 4, seed: d), value => value * size), d, DistanceMetric.Euclidean, "points");
                QuantizedRows coded = QuantizedRows.Create(points, 1, CancellationToken.None);
                float[] padded = new float[coded.Stride];
                (int beyond, int excluded) = (0, 0);
                for (int query = 0; query < points.Count; query++)
                {
                    double lost = coded.Centre(points, query, new double[d], padded);
                    for (int first = 0; first < points.Count; first += 4)
                    {
                        for (int reach = 0; reach < 4; reach++)
                        {
                            // The reach is exactly the distance of one of the four.
                            double distance = points.Distance(query, first + reach);
                            uint near = coded.Near(padded, first, MathF.BitIncrement((float)(distance + lost)));
                            for (int row = 0; row < 4; row++)
                            {
                                double other = points.Distance(query, first + row);
                                (other > distance || ((near >> row) & 1) == 1).ShouldBeTrue($"{d} x {size}: {query} and {first + row}");
                                beyond += other > 1.2 * distance && distance > 0 ? 1 : 0;
                                excluded += other > 1.2 * distance && distance > 0 && ((near >> row) & 1) == 0 ? 1 : 0;
                            }
                        }
                    }
                }

                if (d > 15 && size is 1f or 1e15f)
                {
                    excluded.ShouldBeGreaterThan(beyond * 9 / 10, $"{d} x {size}");
                }
            }
        }
    }

    [TestMethod]
    public void Products_of_four_rows_with_four_are_those_of_one_by_one()
    {
        float** sides = stackalloc float*[8];
        foreach (int depth in new[] { 16, 32, 112 })
        {
            Random random = new(depth);
            float[][] rows = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, depth).Select(_ => random.NextSingle() - 0.5f).ToArray())];
            float[] all = [.. rows.SelectMany(row => row)], products = new float[16], swapped = new float[16];
            fixed (float* start = all, into = products, turned = swapped)
            {
                for (int row = 0; row < 8; row++)
                {
                    sides[row] = start + (row * depth);
                }

                PairKernel.Multiply(sides, sides + 4, depth, into);
                PairKernel.Multiply(sides + 4, sides, depth, turned);
            }

            for (int a = 0; a < 4; a++)
            {
                for (int b = 0; b < 4; b++)
                {
                    ((double)products[(a * 4) + b]).ShouldBe(rows[a].Zip(rows[4 + b], (x, y) => (double)x * y).Sum(), 1e-5);
                    swapped[(b * 4) + a].ShouldBe(products[(a * 4) + b]);
                }
            }
        }
    }

    [TestMethod]
    public void Least_squared_distances_in_eights_are_those_of_one_by_one_rounded_down()
    {
        PointSet points = PointSet.Create(TestPoints.Blobs(64, 24, 4, seed: 5), 24, DistanceMetric.Euclidean, "points");
        PanelPoints panels = PanelPoints.Create(points, 1, CancellationToken.None);
        panels.Pack(Enumerable.Range(0, points.Count).ToArray(), 1, CancellationToken.None);
        Random random = new(7);
        for (int position = 0; position < points.Count; position++)
        {
            float[] sums = [.. Enumerable.Range(0, 32).Select(j => (float)(panels.Squares[position] / 2 * (1 - Math.Pow(10, -j / 4.0) * random.NextDouble()))), float.MinValue, float.MaxValue, 0, -0f, float.Epsilon, -1e-30f, -1e30f, 1e30f];
            float[] least = [.. sums];
            fixed (float* values = least)
            {
                panels.LeastSquared(position, values, least.Length);
            }

            for (int j = 0; j < sums.Length; j++)
            {
                double exact = panels.LeastSquared(position, sums[j]);
                ((double)least[j]).ShouldBeInRange(Math.Min(float.MaxValue, exact * (1 - 1e-6)) - 1e-20, exact, $"{position}: {sums[j]}");
            }
        }
    }

    private static PointSet Points(int count, int d, DistanceMetric metric, int seed)
    {
        Random random = new(seed);
        float[] values = [.. Enumerable.Range(0, count * d).Select(_ => random.Next(8) switch
        {
            0 => 0f,
            1 => float.Epsilon * random.Next(-1000, 1000),
            2 => 1e6f * (random.NextSingle() - 0.5f),
            _ => random.NextSingle() - 0.5f,
        })];
        for (int i = 0; i < count; i++)
        {
            values[i * d] += 0.25f;
        }

        return PointSet.Create(values, d, metric, "points");
    }

    private static double Squared(ReadOnlySpan<double> a, double[] b)
    {
        double sum = 0;
        for (int t = 0; t < b.Length; t++)
        {
            sum += (b[t] - a[t]) * (b[t] - a[t]);
        }

        return sum;
    }
}
