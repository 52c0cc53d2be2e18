namespace Pipeline.Clustering.Tests;

/// <summary>Synthetic points.</summary>
internal static class TestPoints
{
    /// <summary>Gaussian blobs of different widths with a tenth of uniform noise, row-major.</summary>
    public static float[] Blobs(int count, int dimensions, int blobs, int seed, double offset = 0)
    {
        Random random = new(seed);
        double[] centres = [.. Enumerable.Range(0, blobs * dimensions).Select(_ => random.NextDouble() * 20)];
        float[] points = new float[count * dimensions];
        for (int p = 0; p < count; p++)
        {
            int blob = p % blobs;
            for (int i = 0; i < dimensions; i++)
            {
                double value = p % 10 == 0
                    ? random.NextDouble() * 20
                    : centres[blob * dimensions + i] + Gaussian(random) * (0.2 + 0.1 * blob);
                points[p * dimensions + i] = (float)(value + offset);
            }
        }

        return points;
    }

    /// <summary>The rows in another order: row i of the result is row <paramref name="order"/>[i].</summary>
    public static float[] Reorder(float[] points, int dimensions, int[] order) =>
        [.. order.SelectMany(row => points.Skip(row * dimensions).Take(dimensions))];

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
