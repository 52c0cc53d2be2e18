using System.Numerics;
using Pipeline.Clustering.Tests.Reduction;

namespace Pipeline.Clustering.Tests.Neighbors;

[TestClass]
public sealed class PanelKernelTests
{
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

    [TestMethod]
    public void A_panel_interleaves_its_points_and_is_zero_past_the_last()
    {
        const int Depth = 5;
        int width = PanelKernel.Width, count = width + 3;
        float[] source = [.. Enumerable.Range(1, count * Depth).Select(value => (float)value)], panel = new float[Depth * width];
        panel.AsSpan().Fill(float.NaN);

        PanelKernel.Pack(source, Depth, 1, width, count, Depth, panel);

        for (int t = 0; t < Depth; t++)
        {
            for (int j = 0; j < width; j++)
            {
                panel[(t * width) + j].ShouldBe(width + j < count ? source[((width + j) * Depth) + t] : 0);
            }
        }
    }
}
