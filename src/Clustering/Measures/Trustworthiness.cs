namespace Pipeline.Clustering;

/// <summary>Trustworthiness (Venna, Kaski 2001): how far the neighbours of a layout were neighbours before.</summary>
public static class Trustworthiness
{
    private const double ShareOfNeighbors = 0.3;

    /// <summary>One minus the scaled sum of the ranks by which the layout's neighbours were too far away, as scikit-learn computes it.</summary>
    /// <remarks>Time O(n^2 x (d + neighbors)), memory O(n x d). Ties of distance are ranked by index.</remarks>
    /// <param name="points">The points before, n x <paramref name="dimensions"/>, row-major, finite.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="layout">The layout, n x <paramref name="layoutDimensions"/>, row-major; its distance is Euclidean.</param>
    /// <param name="layoutDimensions">Values per point of the layout, 1 or more.</param>
    /// <param name="neighbors">How many neighbours of a point to look at, 1 to less than n / 2.</param>
    /// <param name="metric">How far apart two points were before.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all processors. The result does not depend on it.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>0 to 1, 1 is best.</returns>
    /// <exception cref="ArgumentException">An array is empty, ragged or not finite, they disagree about n, or a number is out of its range.</exception>
    public static double Compute(ReadOnlySpan<float> points, int dimensions, ReadOnlySpan<float> layout, int layoutDimensions, int neighbors = 5, DistanceMetric metric = DistanceMetric.Euclidean, int? maxDegreeOfParallelism = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        int n = MatrixChecks.SomeSingleRows(points, dimensions, nameof(points));
        MatrixChecks.RequireDefined(metric);
        if (MatrixChecks.SomeSingleRows(layout, layoutDimensions, nameof(layout)) != n)
            throw new ArgumentException($"The layout has {layout.Length / layoutDimensions} points, the input {n}.", nameof(layout));
        if (neighbors < 1 || 2L * neighbors >= n)
            throw new ArgumentOutOfRangeException(nameof(neighbors), neighbors, $"The number of neighbours is 1 to less than half of the {n} points.");
        progress = progress.Ordered();
        ParallelOptions parallel = ParallelBlocks.Options(maxDegreeOfParallelism, ct);
        NeighborTable near = new UmapNeighbors(layout.ToArray(), layoutDimensions, DistanceMetric.Euclidean).SearchSelf(neighbors, approximate: false, seed: 0, progress.Part(0, ShareOfNeighbors), parallel);
        DistanceRows rows = new(points, dimensions, metric, Enumerable.Range(0, n).ToArray());
        long[] penalties = new long[n];
        int done = 0;
        ParallelBlocks.RunRows(n, 32, parallel, () => new float[n], (first, end, distances) =>
        {
            for (int i = first; i < end; i++)
            {
                rows.Fill(i, 0, distances);
                foreach (int j in near.Indices.AsSpan(i * neighbors, neighbors))
                    penalties[i] += Math.Max(0, Rank(distances, i, j) - neighbors);
            }

            progress?.Report(ShareOfNeighbors + ((1 - ShareOfNeighbors) * Interlocked.Add(ref done, end - first) / n));
        });
        double scale = 2.0 / ((double)n * neighbors * ((2.0 * n) - (3.0 * neighbors) - 1));
        progress?.Report(1);
        return 1 - (scale * penalties.Sum());
    }

    /// <summary>The place of a point among the others by distance, from 1.</summary>
    private static int Rank(ReadOnlySpan<float> distances, int self, int point)
    {
        float distance = distances[point];
        int rank = 1;
        for (int j = 0; j < distances.Length; j++)
        {
            if (j != self && (distances[j] < distance || (distances[j] == distance && j < point)))
                rank++;
        }

        return rank;
    }
}
