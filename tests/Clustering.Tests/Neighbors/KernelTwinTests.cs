using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Clustering.Tests;

/// <summary>Each kernel on wide vectors, its twin on ordinary ones, and plain sums give the same bits: over odd lengths, tiny and huge numbers, zeros of both signs.</summary>
[TestClass]
public sealed unsafe class KernelTwinTests
{
    private static readonly int[] Depths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 129];

    private static int Ordinary => 2 * Vector<float>.Count;

    [TestMethod]
    public void Tiles_of_products_on_wide_and_on_ordinary_vectors_are_plain_sums()
    {
        foreach (int depth in Depths)
        {
            Numbers numbers = new(depth);
            float[] rows = numbers.Floats(depth * TileKernel.Rows);
            foreach (int width in Avx512F.IsSupported ? new[] { 32, Ordinary } : [Ordinary])
            {
                float[] panel = numbers.Floats(depth * width), bias = numbers.Floats(width);
                float[] expected = [.. Enumerable.Range(0, TileKernel.Rows * width).Select(at => Sum(rows, panel, bias[at % width], depth, width, TileKernel.Rows, at / width, at % width))];
                float[] most = [.. Enumerable.Range(0, TileKernel.Rows).Select(r => expected.AsSpan(r * width, width).ToArray().Max())], tile = new float[expected.Length];

                // Every second row has one sum above its threshold, which moves with the depth; the others have none.
                float[] thresholds = [.. most.Select((value, r) => (r + depth) % 2 == 0 ? MathF.BitDecrement(value) : value)];
                uint told, wanted = 0;
                for (int r = 0; r < TileKernel.Rows; r++)
                {
                    wanted |= expected.AsSpan(r * width, width).ToArray().Any(sum => sum > thresholds[r]) ? 1u << r : 0;
                }

                fixed (float* a = rows, b = panel, c = bias, limits = thresholds, t = tile)
                {
                    told = width == 32
                        ? TileKernel.Multiply512(a, b, c, depth, limits, t)
                        : TileKernel.MultiplyHalf(a, b, c, depth, limits, t)
                            | (TileKernel.MultiplyHalf(a + (TileKernel.Rows / 2), b, c, depth, limits + (TileKernel.Rows / 2), t + (TileKernel.Rows / 2 * width)) << (TileKernel.Rows / 2));
                }

                ShouldBeSame(tile, expected, $"depth {depth}, width {width}");
                told.ShouldBe(wanted, $"depth {depth}, width {width}");
            }
        }
    }

    [TestMethod]
    public void Sums_above_thresholds_are_the_same_on_wide_and_on_ordinary_vectors()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Numbers numbers = new(seed);
            float[] sums = numbers.Floats(32), bias = numbers.Floats(32), thresholds = numbers.Floats(32), turned = new float[32], wide = new float[32];
            float threshold = sums[seed % 32], rowBias = numbers.Floats(1)[0];
            thresholds[seed % 32] = sums[seed % 32] - bias[seed % 32] + rowBias;
            uint plain = Bits(j => sums[j] > threshold), plainTurned = Bits(j => sums[j] - bias[j] + rowBias > thresholds[j]);
            fixed (float* s = sums, b = bias, limits = thresholds, t = turned, w = wide)
            {
                TileKernel.AbovePortable(s, threshold, 32).ShouldBe(plain);
                TileKernel.AboveTurnedPortable(s, b, rowBias, limits, t, 32).ShouldBe(plainTurned);
                if (Avx512F.IsSupported)
                {
                    TileKernel.Above512(s, threshold).ShouldBe(plain);
                    TileKernel.AboveTurned512(s, b, rowBias, limits, w).ShouldBe(plainTurned);
                    ShouldBeSame(wide, turned, $"seed {seed}");
                }
            }

            ShouldBeSame(turned, [.. Enumerable.Range(0, 32).Select(j => sums[j] - bias[j] + rowBias)], $"seed {seed}");
        }

        static uint Bits(Func<int, bool> holds) => Enumerable.Range(0, 32).Aggregate(0u, (bits, j) => bits | (holds(j) ? 1u << j : 0));
    }

    [TestMethod]
    public void Matrix_products_on_wide_and_on_ordinary_vectors_are_plain_sums()
    {
        foreach (int depth in Depths)
        {
            Numbers numbers = new(depth);
            float[] rows = numbers.Floats(PanelKernel.Rows * depth);
            foreach (int width in Avx512F.IsSupported ? new[] { 32, Ordinary } : [Ordinary])
            {
                float[] panel = numbers.Floats(depth * width), tile = numbers.Floats(PanelKernel.Rows * width);
                float[] expected = new float[tile.Length];
                for (int at = 0; at < expected.Length; at++)
                {
                    expected[at] = tile[at];
                    for (int t = 0; t < depth; t++)
                    {
                        expected[at] = MathF.FusedMultiplyAdd(rows[(at / width * depth) + t], panel[(t * width) + (at % width)], expected[at]);
                    }
                }

                fixed (float* a = rows, b = panel, t = tile)
                {
                    if (width == 32)
                    {
                        PanelKernel.Accumulate512(a, a + depth, a + (2 * depth), a + (3 * depth), a + (4 * depth), a + (5 * depth), 1, b, depth, t);
                    }
                    else
                    {
                        PanelKernel.AccumulatePortable(a, a + depth, a + (2 * depth), a + (3 * depth), a + (4 * depth), a + (5 * depth), 1, b, depth, t);
                    }
                }

                ShouldBeSame(tile, expected, $"depth {depth}, width {width}");
            }
        }
    }

    [TestMethod]
    public void Distances_of_rows_are_the_same_bits_by_every_path_and_in_either_order()
    {
        for (int d = 1; d <= 70; d++)
        {
            Numbers numbers = new(d);
            float[] a = numbers.Floats(d), b = numbers.Floats(d);
            double[] p = Array.ConvertAll(a, value => (double)value), q = Array.ConvertAll(b, value => (double)value), four = new double[4];
            double expected = Plain(p, q);

            RowDistance.Squared(p, q).ShouldBe(expected, $"{d}");
            RowDistance.Squared(q, p).ShouldBe(expected, $"{d}");
            RowDistance.Squared(a, b).ShouldBe(expected, $"{d}");
            RowDistance.Squared(a, 1.0, b, 1.0).ShouldBe(expected, $"{d}");
            RowDistance.SquaredToFour(p, [.. q, .. p, .. q, .. q], [0, 1, 2, 3], four);
            four.ShouldBe([expected, 0, expected, expected], $"{d}");
            double scale = 0.3;
            RowDistance.Squared(a, scale, b, 0.7).ShouldBe(RowDistance.Squared(Array.ConvertAll(p, value => value * scale), Array.ConvertAll(q, value => value * 0.7)), $"{d}");
        }
    }

    [TestMethod]
    public void Distances_to_centroids_in_blocks_are_plain_sums()
    {
        foreach (int d in Depths)
        {
            foreach (int count in new[] { 1, 2, 3, 4, 5, 7 })
            {
                Numbers numbers = new(d + count);
                double[][] blocks = [.. Enumerable.Range(0, count).Select(_ => Array.ConvertAll(numbers.Floats(d * CentroidScan.Lanes), value => (double)value))];
                double[] row = Array.ConvertAll(numbers.Floats(d), value => (double)value), squares = new double[count * CentroidScan.Lanes];

                CentroidScan.Squares(blocks, row, squares);

                for (int at = 0; at < squares.Length; at++)
                {
                    double sum = 0;
                    for (int t = 0; t < d; t++)
                    {
                        double difference = blocks[at / CentroidScan.Lanes][(t * CentroidScan.Lanes) + (at % CentroidScan.Lanes)] - row[t];
                        sum = Math.FusedMultiplyAdd(difference, difference, sum);
                    }

                    squares[at].ShouldBe(sum);
                }
            }
        }
    }

    [TestMethod]
    public void Rows_of_a_layout_are_gathered_alike_by_both_twins()
    {
        const int Stride = 12;
        Numbers numbers = new(3);
        float[] layout = numbers.Floats(40 * Stride);
        int[] rows = [.. Enumerable.Range(0, 16).Select(lane => (lane * 23) % 40)];
        fixed (float* l = layout)
        fixed (int* r = rows)
        {
            for (int c = 0; c < Stride; c += 4)
            {
                LayoutGradient.Gather(l + c, r, Stride, out Vector512<float> a, out Vector512<float> b, out Vector512<float> x, out Vector512<float> y);
                LayoutGradient.GatherPortable(l + c, r, Stride, out Vector512<float> a2, out Vector512<float> b2, out Vector512<float> x2, out Vector512<float> y2);
                (a, b, x, y).ShouldBe((a2, b2, x2, y2));
                for (int lane = 0; lane < 16; lane++)
                {
                    (a[lane], b[lane], x[lane], y[lane]).ShouldBe((layout[(rows[lane] * Stride) + c], layout[(rows[lane] * Stride) + c + 1], layout[(rows[lane] * Stride) + c + 2], layout[(rows[lane] * Stride) + c + 3]));
                }
            }
        }
    }

    /// <summary>Short rows in feature order; long ones in eight lanes with fused multiply-add, the lanes added up by halves, the rest after them.</summary>
    private static double Plain(double[] a, double[] b)
    {
        double sum = 0;
        if (a.Length < RowDistance.LaneThreshold)
        {
            for (int i = 0; i < a.Length; i++)
            {
                sum += (a[i] - b[i]) * (a[i] - b[i]);
            }

            return sum;
        }

        double[] lanes = new double[8];
        int end = a.Length / 8 * 8;
        for (int i = 0; i < end; i++)
        {
            lanes[i % 8] = Math.FusedMultiplyAdd(a[i] - b[i], a[i] - b[i], lanes[i % 8]);
        }

        sum = (lanes[0] + lanes[4] + (lanes[2] + lanes[6])) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
        for (int i = end; i < a.Length; i++)
        {
            sum = Math.FusedMultiplyAdd(a[i] - b[i], a[i] - b[i], sum);
        }

        return sum;
    }

    private static float Sum(float[] rows, float[] panel, float bias, int depth, int width, int rowStride, int row, int column)
    {
        float sum = bias;
        for (int t = 0; t < depth; t++)
        {
            sum = MathF.FusedMultiplyAdd(rows[(t * rowStride) + row], panel[(t * width) + column], sum);
        }

        return sum;
    }

    private static void ShouldBeSame(float[] actual, float[] expected, string what) =>
        Array.ConvertAll(actual, Key).ShouldBe(Array.ConvertAll(expected, Key), what);

    private static int Key(float value) => float.IsNaN(value) ? int.MaxValue : BitConverter.SingleToInt32Bits(value);

    /// <summary>Numbers of ordinary size, among them zeros of both signs, numbers with fewer digits than others, and large ones.</summary>
    private sealed class Numbers(int seed)
    {
        private readonly Random _random = new(seed);

        public float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

        private float Next() => _random.Next(12) switch
        {
            0 => 0f,
            1 => -0f,
            2 => float.Epsilon * _random.Next(-1000, 1000),
            3 => 1e-38f * (_random.NextSingle() - 0.5f),
            4 => 1e-20f * (_random.NextSingle() - 0.5f),
            5 => 1e15f * (_random.NextSingle() - 0.5f),
            _ => _random.NextSingle() - 0.5f,
        };
    }
}
