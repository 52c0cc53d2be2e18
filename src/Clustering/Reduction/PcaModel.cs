namespace Pipeline.Clustering;

/// <summary>A fitted principal component analysis. Its plain arrays are all there is to it, so that a file can restore it.</summary>
public sealed record PcaModel
{
    private const string MeanArray = "pca.mean";
    private const string ComponentsArray = "pca.components";
    private const string VarianceArray = "pca.variance";
    private static readonly ModelFile Format = new("pipeline-pca", version: 1);

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
        if (components.Length != (long)mean.Length * explainedVariance.Length)
            throw new ArgumentException($"The components have {components.Length} values; {explainedVariance.Length} variances of {mean.Length} dimensions need {(long)mean.Length * explainedVariance.Length}.", nameof(components));
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

    /// <summary>
    /// The model as arrays of a model file: <c>pca.mean</c> (F32, d), <c>pca.components</c> (F32, k x d) and <c>pca.variance</c> (F32, k). They refer to those of the model.
    /// </summary>
    public IReadOnlyDictionary<string, SafeTensor> Snapshot() => new Dictionary<string, SafeTensor>(StringComparer.Ordinal)
    {
        [MeanArray] = SafeTensor.Over(Mean, Dimensions),
        [ComponentsArray] = SafeTensor.Over(Components, ComponentCount, Dimensions),
        [VarianceArray] = SafeTensor.Over(ExplainedVariance, ComponentCount),
    };

    /// <summary>Makes a model of its arrays.</summary>
    /// <param name="arrays">What <see cref="Snapshot"/> gave; other arrays beside them are passed over.</param>
    /// <exception cref="InvalidDataException">An array is missing, holds what is no finite number, or the arrays do not fit together; the message says what is wrong.</exception>
    public static PcaModel Restore(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        return ModelFile.Make(arrays, from => new PcaModel(from.GetFinite<float>(MeanArray), from.GetFinite<float>(ComponentsArray), from.GetFinite<float>(VarianceArray)));
    }

    /// <summary>Writes the model as a safetensors file to a stream, which stays open.</summary>
    /// <param name="output">The stream.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task SaveAsync(Stream output, CancellationToken cancellationToken = default) => Format.WriteAsync(output, Snapshot(), new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);

    /// <summary>Writes the model as a safetensors file, in place of one that may be there: whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing; what was there before stays.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => ModelFile.WriteAsync(path, SaveAsync, cancellationToken);

    /// <summary>Reads a model from a stream, bit for bit what was saved. Memory: the model twice.</summary>
    /// <param name="input">The stream; it is read to the end of the model.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The stream holds no such model, one of a newer library, or a damaged one; the message says what is wrong.</exception>
    public static Task<PcaModel> LoadAsync(Stream input, CancellationToken cancellationToken = default) => Format.ReadAsync(input, content => Restore(content.Arrays), cancellationToken);

    /// <summary>Reads a model from a file, bit for bit what was saved. Memory: the model twice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">As for a stream; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<PcaModel> LoadAsync(string path, CancellationToken cancellationToken = default) => ModelFile.ReadAsync(path, LoadAsync, cancellationToken);
}
