namespace Pipeline.Clustering;

/// <summary>Where points lie roughly: their leading principal coordinates, from which a layout starts.</summary>
internal static class LayoutAnchors
{
    private const int MostDimensions = 16;

    /// <summary>Points that the principal directions are learned from. A start needs no more.</summary>
    private const int Sample = 2048;

    private const int RowBlock = 512;

    /// <summary>The coordinates of the points, or under the cosine of their directions. O(n d).</summary>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per point.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="seed">Fixes the result.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <returns>n x k coordinates, and k.</returns>
    public static (float[] Anchors, int Dimensions) Of(ReadOnlyMemory<float> points, int dimensions, DistanceMetric metric, int seed, ParallelOptions parallel)
    {
        int n = points.Length / dimensions, taken = Math.Min(n, Sample);
        float[] sample = new float[taken * dimensions];
        for (int i = 0; i < taken; i++)
            points.Span.Slice((int)((long)i * n / taken) * dimensions, dimensions).CopyTo(sample.AsSpan(i * dimensions));
        PcaModel pca = Pca.Fit(Directions(sample, dimensions, metric), dimensions, MostDimensions, seed, parallel.Threads(), ct: parallel.CancellationToken);
        float[] anchors = new float[n * pca.ComponentCount];
        ParallelBlocks.RunRows(n, RowBlock, parallel, (first, end) =>
        {
            ReadOnlyMemory<float> rows = points.Slice(first * dimensions, (end - first) * dimensions);
            pca.Transform(Directions(rows, dimensions, metric), maxDegreeOfParallelism: 1).CopyTo(anchors.AsSpan(first * pca.ComponentCount));
        });
        return (anchors, pca.ComponentCount);
    }

    private static ReadOnlyMemory<float> Directions(ReadOnlyMemory<float> points, int dimensions, DistanceMetric metric) =>
        metric == DistanceMetric.Cosine ? MatrixRows.Normalized(points.Span, dimensions) : points;
}
