using System.Numerics;

namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed unsafe class TileKernelTests
{
    private const int Depth = 37;

    [TestMethod]
    public void Sums_start_from_the_bias_and_rows_above_their_threshold_are_told()
    {
        int width = PanelKernel.Width;
        (float[] rows, float[] panel, float[] bias) = Make(width);
        float[] thresholds = [.. Enumerable.Range(0, TileKernel.Rows).Select(r => Enumerable.Range(0, width).Max(j => Sum(rows, panel, bias, width, r, j)) + (r % 3 == 0 ? -1e-3f : 1e-3f))];
        float[] tile = new float[TileKernel.Rows * width];
        uint above;
        fixed (float* a = rows, b = panel, c = bias, limits = thresholds, t = tile)
        {
            above = TileKernel.Multiply(a, b, c, Depth, limits, t);
        }

        above.ShouldBe(0b001001001001u);
        ShouldBeSums(tile, TileKernel.Rows, rows, panel, bias, width);
    }

    [TestMethod]
    public void The_portable_kernel_gives_the_same_sums()
    {
        int width = 2 * Vector<float>.Count;
        (float[] rows, float[] panel, float[] bias) = Make(width);
        float[] thresholds = [float.MinValue, float.MaxValue, float.MaxValue, float.MinValue, float.MaxValue, float.MinValue], tile = new float[6 * width];
        uint above;
        fixed (float* a = rows, b = panel, c = bias, limits = thresholds, t = tile)
        {
            above = TileKernel.MultiplyHalf(a, b, c, Depth, limits, t);
        }

        above.ShouldBe(0b101001u);
        ShouldBeSums(tile, 6, rows, panel, bias, width);
    }

    [TestMethod]
    public void Sums_above_a_threshold_are_told_one_by_one()
    {
        float[] sums = [.. Enumerable.Range(0, PanelKernel.Width).Select(j => j % 5 == 0 ? 1f : 0.5f)];
        uint above;
        fixed (float* s = sums)
        {
            above = TileKernel.Above(s, 0.5f);
        }

        Enumerable.Range(0, PanelKernel.Width).Where(j => (above >> j & 1) == 1).ShouldBe(Enumerable.Range(0, PanelKernel.Width).Where(j => j % 5 == 0));
    }

    [TestMethod]
    public void Sums_of_a_row_started_from_its_own_bias_are_compared_with_the_columns_thresholds()
    {
        int width = PanelKernel.Width;
        (float[] sums, _, float[] bias) = Make(width);
        float[] turned = new float[width], expected = [.. Enumerable.Range(0, width).Select(j => sums[j] - bias[j] + 0.25f)];
        float[] thresholds = [.. expected.Select((value, j) => j % 3 == 0 ? MathF.BitDecrement(value) : value)];
        uint above;
        fixed (float* s = sums, b = bias, limits = thresholds, t = turned)
        {
            above = TileKernel.AboveTurned(s, b, 0.25f, limits, t);
        }

        turned.ShouldBe(expected);
        Enumerable.Range(0, width).Where(j => (above >> j & 1) == 1).ShouldBe(Enumerable.Range(0, width).Where(j => j % 3 == 0));
    }

    private static (float[] Rows, float[] Panel, float[] Bias) Make(int width)
    {
        Random random = new(8);
        return (Fill(Depth * TileKernel.Rows), Fill(Depth * width), Fill(width));
        float[] Fill(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static float Sum(float[] rows, float[] panel, float[] bias, int width, int row, int column)
    {
        float sum = bias[column];
        for (int t = 0; t < Depth; t++)
        {
            sum = MathF.FusedMultiplyAdd(rows[t * TileKernel.Rows + row], panel[t * width + column], sum);
        }

        return sum;
    }

    private static void ShouldBeSums(float[] tile, int count, float[] rows, float[] panel, float[] bias, int width)
    {
        for (int at = 0; at < count * width; at++)
        {
            tile[at].ShouldBe(Sum(rows, panel, bias, width, at / width, at % width));
        }
    }
}
