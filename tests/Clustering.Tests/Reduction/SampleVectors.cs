namespace Pipeline.Clustering.Tests.Reduction;

/// <summary>Made-up points with known groups.</summary>
internal static class SampleVectors
{
    /// <summary>Normal groups around random centres, interleaved: point i belongs to group i modulo <paramref name="groups"/>.</summary>
    public static float[] Groups(int count, int dimensions, int groups, double spread, int seed)
    {
        Random random = new(seed);
        double[] centers = [.. Enumerable.Range(0, groups * dimensions).Select(_ => Normal(random))];
        return [.. Enumerable.Range(0, count * dimensions).Select(e => (float)(centers[(e / dimensions % groups * dimensions) + (e % dimensions)] + (spread * Normal(random))))];
    }

    /// <summary>The group of each point of <see cref="Groups"/>.</summary>
    public static int[] GroupLabels(int count, int groups) => [.. Enumerable.Range(0, count).Select(i => i % groups)];

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
