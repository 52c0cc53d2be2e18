namespace Pipeline.Clustering.Tests;

/// <summary>Comparison of numbers in which NaN equals NaN and infinity equals infinity.</summary>
internal static class Closeness
{
    public static void ShouldMatch(this IReadOnlyList<double> actual, IReadOnlyList<double> expected, double relative, string what, double absolute = 1e-12)
    {
        actual.Count.ShouldBe(expected.Count, what);
        for (int i = 0; i < actual.Count; i++)
        {
            if (!Same(actual[i], expected[i], relative, absolute))
            {
                Assert.Fail(FormattableString.Invariant($"{what}[{i}] is {actual[i]:R}, expected {expected[i]:R}"));
            }
        }
    }

    public static bool Same(double a, double b, double relative, double absolute = 1e-12) =>
        a.Equals(b) || Math.Abs(a - b) <= absolute + relative * Math.Max(Math.Abs(a), Math.Abs(b));

    /// <summary>Whether two labellings are the same partition, noise being noise in both.</summary>
    public static bool SamePartition(int[] a, int[] b)
    {
        Dictionary<int, int> forth = new() { [-1] = -1 }, back = new() { [-1] = -1 };
        for (int i = 0; i < a.Length; i++)
        {
            forth.TryAdd(a[i], b[i]);
            back.TryAdd(b[i], a[i]);
            if (forth[a[i]] != b[i] || back[b[i]] != a[i])
            {
                return false;
            }
        }

        return true;
    }
}
