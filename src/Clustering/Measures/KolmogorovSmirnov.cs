namespace Pipeline.Clustering;

/// <summary>The two-sample Kolmogorov-Smirnov test (Smirnov 1939): how far apart the distributions of two samples are at most.</summary>
public static class KolmogorovSmirnov
{
    // Further terms of the series are below the smallest difference of two numbers.
    private const int MostTerms = 100;

    /// <summary>Compares two samples.</summary>
    /// <remarks>
    /// Time O(n log n), memory O(n). The probability is that of the limit distribution with the correction of Stephens (1970), which is close from 4 values each on;
    /// ties make it too large, never too small.
    /// </remarks>
    /// <param name="first">n values, 1 or more, finite.</param>
    /// <param name="second">m values, 1 or more, finite.</param>
    /// <returns>The largest difference of the empirical distributions, and how likely so large a one is by chance.</returns>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite.</exception>
    public static KolmogorovSmirnovResult Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double[] a = Ordered(first, nameof(first)), b = Ordered(second, nameof(second));
        double largest = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            double at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= at)
                i++;
            while (j < b.Length && b[j] <= at)
                j++;
            largest = Math.Max(largest, Math.Abs(((double)i / a.Length) - ((double)j / b.Length)));
        }

        return new KolmogorovSmirnovResult(largest, Probability(largest, (double)a.Length * b.Length / (a.Length + b.Length)));
    }

    private static double[] Ordered(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty)
            throw new ArgumentException("The sample is empty.", name);
        double[] ordered = values.ToArray();
        foreach (double value in ordered)
        {
            if (!double.IsFinite(value))
                throw new ArgumentException("The sample holds a value that is not finite.", name);
        }

        Array.Sort(ordered);
        return ordered;
    }

    private static double Probability(double statistic, double size)
    {
        double root = Math.Sqrt(size);
        double lambda = (root + 0.12 + (0.11 / root)) * statistic;
        if (lambda < 0.2)
            return 1;
        double sum = 0;
        for (int k = 1; k <= MostTerms; k++)
        {
            double term = 2 * Math.Exp(-2 * lambda * lambda * k * k);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-17)
                break;
        }

        return Math.Clamp(sum, 0, 1);
    }
}

/// <summary>What the test says.</summary>
/// <param name="Statistic">The largest difference of the empirical distributions, 0 to 1.</param>
/// <param name="Probability">How likely so large a difference is where both samples are of one distribution, 0 to 1.</param>
public readonly record struct KolmogorovSmirnovResult(double Statistic, double Probability);
