namespace Pipeline.Clustering;

/// <summary>The population stability index (Lewis 1994): the symmetric Kullback-Leibler divergence of two samples over bins of the first one's percentiles.</summary>
public static class PopulationStability
{
    /// <summary>What stands for the share of an empty bin.</summary>
    public const double EmptyShare = 1e-6;

    /// <summary>Compares a sample with a reference.</summary>
    /// <remarks>Time O(n log n), memory O(n). Custom has it that below 0.1 nothing has changed, and above 0.25 much.</remarks>
    /// <param name="reference">n values, 1 or more, finite: their percentiles are the bounds of the bins.</param>
    /// <param name="current">m values, 1 or more, finite.</param>
    /// <param name="bins">How many bins, 2 or more.</param>
    /// <returns>0 or more; 0 where both fill the bins alike.</returns>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite, or there are fewer than 2 bins.</exception>
    public static double Index(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        double[] ordered = Checked(reference, nameof(reference)), other = Checked(current, nameof(current));
        Array.Sort(ordered);
        double[] bounds = new double[bins - 1];
        for (int i = 0; i < bounds.Length; i++)
            bounds[i] = ordered[Math.Clamp((int)Math.Ceiling((i + 1.0) / bins * ordered.Length) - 1, 0, ordered.Length - 1)];
        double[] expected = Shares(ordered, bounds), actual = Shares(other, bounds);
        double index = 0;
        for (int i = 0; i < bins; i++)
            index += (actual[i] - expected[i]) * Math.Log(actual[i] / expected[i]);
        return index;
    }

    private static double[] Checked(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty)
            throw new ArgumentException("The sample is empty.", name);
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                throw new ArgumentException("The sample holds a value that is not finite.", name);
        }

        return values.ToArray();
    }

    // A value is in the first bin whose bound it does not pass.
    private static double[] Shares(double[] values, double[] bounds)
    {
        double[] shares = new double[bounds.Length + 1];
        foreach (double value in values)
        {
            int bin = 0;
            while (bin < bounds.Length && value > bounds[bin])
                bin++;
            shares[bin] += 1.0 / values.Length;
        }

        for (int i = 0; i < shares.Length; i++)
            shares[i] = shares[i] == 0 ? EmptyShare : shares[i];
        return shares;
    }
}
