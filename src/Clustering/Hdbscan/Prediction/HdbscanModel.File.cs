namespace Pipeline.Clustering;

/// <content>
/// A model file's arrays: <c>hdbscan.training_points</c> (F32, n x d), <c>hdbscan.weights</c> (I32, n; only where there are weights), <c>hdbscan.core_distances</c> (F64, n),
/// <c>hdbscan.point_parents</c> (I32, n), <c>hdbscan.point_lambdas</c> (F64, n), <c>hdbscan.cluster_parents</c> (I32, m), <c>hdbscan.cluster_births</c> (F64, m),
/// <c>hdbscan.selected</c> (I32, k) and <c>hdbscan.max_lambdas</c> (F64, k); parameters: <c>metric</c> and <c>min_samples</c>.
/// </content>
public sealed partial record HdbscanModel
{
    private const string Prefix = "hdbscan.";
    private const string MetricName = "metric";
    private const string MinSamplesName = "min_samples";
    private static readonly ModelFile Format = new("pipeline-hdbscan", version: 1);

    /// <summary>Writes the model as a safetensors file to a stream, which stays open.</summary>
    /// <param name="output">The stream.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="ArgumentException">The model's arrays do not fit together.</exception>
    public Task SaveAsync(Stream output, CancellationToken cancellationToken = default)
    {
        Validate();
        int n = CoreDistances.Length, m = ClusterParents.Length, k = SelectedClusters.Length;
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal)
        {
            [Prefix + "training_points"] = SafeTensor.Over(TrainingPoints, n, Dimensions),
            [Prefix + "core_distances"] = SafeTensor.Over(CoreDistances, n),
            [Prefix + "point_parents"] = SafeTensor.Over(PointParents, n),
            [Prefix + "point_lambdas"] = SafeTensor.Over(PointLambdas, n),
            [Prefix + "cluster_parents"] = SafeTensor.Over(ClusterParents, m),
            [Prefix + "cluster_births"] = SafeTensor.Over(ClusterBirthLambdas, m),
            [Prefix + "selected"] = SafeTensor.Over(SelectedClusters, k),
            [Prefix + "max_lambdas"] = SafeTensor.Over(MaxLambdas, k),
        };
        if (Weights is not null)
        {
            arrays[Prefix + "weights"] = SafeTensor.Over(Weights, n);
        }

        Dictionary<string, string> parameters = new(StringComparer.Ordinal) { [MetricName] = ModelFile.Name(Metric), [MinSamplesName] = ModelFile.Text(MinSamples) };
        return Format.WriteAsync(output, arrays, parameters, cancellationToken);
    }

    /// <summary>Writes the model as a safetensors file, in place of one that may be there: whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing; what was there before stays.</param>
    /// <exception cref="ArgumentException">The model's arrays do not fit together.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => ModelFile.WriteAsync(path, SaveAsync, cancellationToken);

    /// <summary>Reads a model from a stream, bit for bit what was saved. Memory: the model twice.</summary>
    /// <param name="input">The stream; it is read to the end of the model.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The stream holds no such model, one of a newer library, or a damaged one; the message says what is wrong.</exception>
    public static Task<HdbscanModel> LoadAsync(Stream input, CancellationToken cancellationToken = default) => Format.ReadAsync(input, Of, cancellationToken);

    /// <summary>Reads a model from a file, bit for bit what was saved. Memory: the model twice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">As for a stream; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<HdbscanModel> LoadAsync(string path, CancellationToken cancellationToken = default) =>
        ModelFile.ReadAsync(path, LoadAsync, cancellationToken);

    private static HdbscanModel Of(SafeTensorContent content)
    {
        (float[] points, int dimensions) = content.Arrays.GetMatrix<float>(Prefix + "training_points");
        HdbscanModel model = new()
        {
            Dimensions = dimensions,
            Metric = ModelFile.Choice<DistanceMetric>(content.Metadata, MetricName),
            MinSamples = ModelFile.Number<int>(content.Metadata, MinSamplesName),
            TrainingPoints = points,
            Weights = content.Arrays.ContainsKey(Prefix + "weights") ? content.Arrays.Get<int>(Prefix + "weights") : null,
            CoreDistances = content.Arrays.Get<double>(Prefix + "core_distances"),
            PointParents = content.Arrays.Get<int>(Prefix + "point_parents"),
            PointLambdas = content.Arrays.Get<double>(Prefix + "point_lambdas"),
            ClusterParents = content.Arrays.Get<int>(Prefix + "cluster_parents"),
            ClusterBirthLambdas = content.Arrays.Get<double>(Prefix + "cluster_births"),
            SelectedClusters = content.Arrays.Get<int>(Prefix + "selected"),
            MaxLambdas = content.Arrays.Get<double>(Prefix + "max_lambdas"),
        };
        model.Validate();
        return model;
    }
}
