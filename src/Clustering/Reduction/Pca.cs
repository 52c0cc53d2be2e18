namespace Pipeline.Clustering;

/// <summary>
/// Principal component analysis by a randomised subspace iteration (Halko, Martinsson, Tropp 2011, "Finding structure with randomness",
/// SIAM Review 53).
/// </summary>
public static class Pca
{
    private const int Oversampling = 10;
    private const int PowerIterations = 4;

    /// <summary>Fits the directions of largest variance.</summary>
    /// <remarks>
    /// Time O(n x d x (k + 10)) for each of 11 passes over the points plus O(d x (k + 10)^2), memory O(8,192 x (d + k) + d x (d + k)) beside the points. Where k + 10 reaches
    /// min(n, d) the result is exact up to rounding. A component's sign is such that its entry of largest magnitude is positive.
    /// </remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 1.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="components">How many directions, 1 or more; no more than min(n, dimensions) are returned.</param>
    /// <param name="seed">Fixes the random start.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all processors. The result does not depend on it.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="rows">The points to fit, by their rows in this order, 1 or more; null for all. The answer is that of a matrix of these rows, which need not be copied together for it.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, or a number is out of its range.</exception>
    public static PcaModel Fit(
        ReadOnlyMemory<float> points, int dimensions, int components, int seed = 42, int? maxDegreeOfParallelism = null, IProgress<double>? progress = null, ReadOnlyMemory<int>? rows = null, CancellationToken ct = default)
    {
        int given = MatrixChecks.SomeSingleRows(points.Span, dimensions, nameof(points));
        if (rows is { IsEmpty: true })
            throw new ArgumentException("There must be 1 row or more.", nameof(rows));
        int n = rows?.Length ?? given;
        if (components < 1)
            throw new ArgumentOutOfRangeException(nameof(components), components, "The number of components is 1 or more.");
        ParallelOptions options = ParallelBlocks.Options(maxDegreeOfParallelism, ct);
        int wanted = Math.Min(components, Math.Min(n, dimensions));
        int width = Math.Min(wanted + Oversampling, Math.Min(n, dimensions));
        CenteredRows x = new(points, dimensions, rows);
        float[]? scatter = PaysScatter(n, dimensions, width) ? Scatter(x, options) : null;

        float[] basis = RandomRows(width, dimensions, seed);
        for (int pass = 0; pass <= PowerIterations; pass++)
        {
            progress.Pass((double)pass / (PowerIterations + 2), ct);
            basis = scatter is null ? Applied(x, basis, width, options) : MatrixProduct.Multiply(basis, dimensions, 1, scatter, dimensions, 1, width, dimensions, dimensions, options);
            basis = Orthonormal.Rows(basis, dimensions, seed, ct);
        }

        progress.Pass((PowerIterations + 1.0) / (PowerIterations + 2), ct);
        PcaModel model = Rotate(Gram(x, basis, width, options), n, x.Mean, basis, width, wanted, options);
        progress?.Report(1);
        return model;
    }

    // The products of all pairs of columns.
    private static float[] Scatter(CenteredRows x, ParallelOptions options)
    {
        int d = x.Dimensions;
        float[] scatter = new float[d * d];
        x.ForEachBlock((block, count) => MatrixProduct.Add(scatter, block, 1, d, block, d, 1, d, count, d, options));
        return scatter;
    }

    // What the scatter would make of the basis, without it.
    private static float[] Applied(CenteredRows x, float[] basis, int width, ParallelOptions options)
    {
        float[] applied = new float[basis.Length];
        x.ForEachBlock((block, count) => MatrixProduct.Add(applied, Scores(block, count, basis, width, options), 1, width, block, x.Dimensions, 1, width, count, x.Dimensions, options));
        return applied;
    }

    // The products of all pairs of the points' coordinates along the basis.
    private static float[] Gram(CenteredRows x, float[] basis, int width, ParallelOptions options)
    {
        float[] gram = new float[width * width];
        x.ForEachBlock((block, count) =>
        {
            float[] scores = Scores(block, count, basis, width, options);
            MatrixProduct.Add(gram, scores, 1, width, scores, width, 1, width, count, width, options);
        });
        return gram;
    }

    private static float[] Scores(ReadOnlyMemory<float> block, int count, float[] axes, int width, ParallelOptions options)
    {
        int d = axes.Length / width;
        return MatrixProduct.Multiply(block, d, 1, axes, 1, d, count, d, width, options);
    }

    // The products of all pairs of columns once, or each pass over the points twice.
    private static bool PaysScatter(long n, long dimensions, long width) =>
        (n * dimensions * dimensions) + ((PowerIterations + 1) * width * dimensions * dimensions) < 2 * (PowerIterations + 1) * n * dimensions * width;

    private static float[] RandomRows(int rows, int dimensions, int seed)
    {
        float[] values = new float[rows * dimensions];
        CounterRandom random = CounterRandom.For(seed, rows, dimensions);
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)random.Normal();
        return values;
    }

    /// <summary>Turns the basis of the subspace to its principal axes (Rayleigh and Ritz).</summary>
    private static PcaModel Rotate(float[] gram, int n, float[] mean, float[] basis, int width, int wanted, ParallelOptions options)
    {
        int d = mean.Length;
        (double[] values, float[] vectors) = SymmetricEigen.Solve(gram, width, options.CancellationToken);
        float[] components = MatrixProduct.Multiply(vectors, width, 1, basis, d, 1, wanted, width, d, options);
        float[] variance = new float[wanted];
        for (int k = 0; k < wanted; k++)
        {
            variance[k] = (float)(values[k] / Math.Max(n - 1, 1));
            FixSign(components.AsSpan(k * d, d));
        }

        return new PcaModel(mean, components, variance);
    }

    private static void FixSign(Span<float> component)
    {
        int largest = 0;
        for (int t = 1; t < component.Length; t++)
        {
            if (MathF.Abs(component[t]) > MathF.Abs(component[largest]))
                largest = t;
        }

        if (component[largest] >= 0)
            return;
        for (int t = 0; t < component.Length; t++)
            component[t] = -component[t];
    }
}
