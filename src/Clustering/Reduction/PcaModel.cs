namespace Pipeline.Clustering;

/// <summary>A fitted principal component analysis. Its plain arrays are all there is to it, so that a file can restore it.</summary>
public sealed record PcaModel
{
    /// <summary>Makes a model of its arrays, which are not copied.</summary>
    /// <param name="mean">The mean of the points, one value per dimension.</param>
    /// <param name="components">The unit directions, component count x dimensions, row-major, largest variance first.</param>
    /// <param name="explainedVariance">The variance along each component, with n - 1 in the denominator.</param>
    /// <exception cref="ArgumentException">The arrays' lengths do not agree.</exception>
    public PcaModel(float[] mean, float[] components, float[] explainedVariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(components);
        ArgumentNullException.ThrowIfNull(explainedVariance);
        if (mean.Length == 0)
            throw new ArgumentException("The mean is empty: a point has 1 dimension or more.", nameof(mean));
        if (components.Length != mean.Length * explainedVariance.Length)
            throw new ArgumentException($"The components have {components.Length} values; {explainedVariance.Length} variances of {mean.Length} dimensions need {mean.Length * explainedVariance.Length}.", nameof(components));
        Mean = mean;
        Components = components;
        ExplainedVariance = explainedVariance;
    }

    /// <summary>The mean of the points, one value per dimension.</summary>
    public float[] Mean { get; }

    /// <summary>The unit directions, <see cref="ComponentCount"/> x <see cref="Dimensions"/>, row-major, largest variance first.</summary>
    public float[] Components { get; }

    /// <summary>The variance along each component, with n - 1 in the denominator.</summary>
    public float[] ExplainedVariance { get; }

    /// <summary>Values per point.</summary>
    public int Dimensions => Mean.Length;

    /// <summary>Values per transformed point.</summary>
    public int ComponentCount => ExplainedVariance.Length;

    /// <summary>The coordinates of points along the components. O(n x dimensions x components).</summary>
    /// <param name="points">n x <see cref="Dimensions"/>, row-major, finite; may be empty.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all processors. The result does not depend on it.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>n x <see cref="ComponentCount"/>, row-major. A point's row does not depend on the other points.</returns>
    /// <exception cref="ArgumentException">The array is not a whole number of points, or a value is not finite.</exception>
    public float[] Transform(ReadOnlyMemory<float> points, int? maxDegreeOfParallelism = null, CancellationToken ct = default)
    {
        int count = MatrixChecks.SingleRows(points.Span, Dimensions, nameof(points));
        ParallelOptions options = ParallelBlocks.Options(maxDegreeOfParallelism, ct);
        float[] centered = MatrixRows.Centered(points.Span, Mean);
        return MatrixProduct.Multiply(centered, Dimensions, 1, Components, 1, Dimensions, count, Dimensions, ComponentCount, options);
    }
}
