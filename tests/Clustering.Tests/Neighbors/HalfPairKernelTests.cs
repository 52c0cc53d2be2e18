namespace Pipeline.Clustering.Tests.Neighbors;

[TestClass]
public sealed class HalfPairKernelTests
{
    [TestMethod]
    [DataRow(32, 1f)]
    [DataRow(96, 1e-20f)]
    [DataRow(384, 1e15f)]
    public unsafe void Products_are_those_of_the_rounded_rows_whichever_side_a_row_is_on(int stride, float unit)
    {
        Random random = new(stride);
        float[] values = [.. Enumerable.Range(0, 8 * stride).Select(_ => unit * ((2 * random.NextSingle()) - 1))], given = [.. values];
        ushort[] halves = new ushort[values.Length];
        HalfPairKernel.Narrow(values, halves);
        for (int at = 0; at < values.Length; at++)
        {
            values[at].ShouldBe(HalfPairKernel.Widen(halves[at]));
            Math.Abs(values[at] - given[at]).ShouldBeLessThanOrEqualTo(Math.Abs(given[at]) / 256);
        }

        int* a = stackalloc int[] { 0, 3, 5, 5 };
        int* b = stackalloc int[] { 7, 3, 1, 0 };
        float* products = stackalloc float[16];
        float* turned = stackalloc float[16];
        HalfPairKernel.Multiply(ref halves[0], a, b, stride, products);
        HalfPairKernel.Multiply(ref halves[0], b, a, stride, turned);
        float[] vector = values[..stride], parted = new float[stride];
        HalfPairKernel.Part(vector, parted);
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                double exact = Enumerable.Range(0, stride).Sum(t => (double)values[(a[i] * stride) + t] * values[(b[j] * stride) + t]);
                ((double)products[(i * 4) + j]).ShouldBe(exact, 1e-5 * stride * unit * unit);
                turned[(j * 4) + i].ShouldBe(products[(i * 4) + j]);
            }

            double dot = Enumerable.Range(0, stride).Sum(t => (double)vector[t] * values[(i * stride) + t]);
            ((double)HalfPairKernel.Dot(ref halves[i * stride], ref parted[0], stride)).ShouldBe(dot, 1e-5 * stride * unit * unit);
        }
    }
}
