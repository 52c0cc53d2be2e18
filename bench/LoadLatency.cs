namespace Pipeline.Bench;

/// <summary>Milliseconds from sending a request to the last byte of its answer, by nearest rank.</summary>
/// <param name="P50">The median.</param>
/// <param name="P95">95 in 100 are no longer.</param>
/// <param name="P99">99 in 100 are no longer.</param>
/// <param name="Longest">None is longer.</param>
internal sealed record LoadLatency(double P50, double P95, double P99, double Longest)
{
    /// <summary>Measures latencies; all are 0 where there is none. O(n log n).</summary>
    public static LoadLatency Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new LoadLatency(At(0.5), At(0.95), At(0.99), At(1));

        double At(double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 2);
    }
}
