namespace Pipeline.Clustering;

/// <content>
/// A model file's arrays: <c>umap.training_points</c> (F32, n x d), <c>umap.embedding</c> (F32, n x components) and <c>umap.curve</c> (F64, a and b); parameters: those of
/// <see cref="UmapOptions"/> but for the number of threads, which is the machine's and not the model's.
/// </content>
public sealed partial class UmapModel
{
    private const string PointsArray = "umap.training_points";
    private const string EmbeddingArray = "umap.embedding";
    private const string CurveArray = "umap.curve";
    private const string EpochsName = "epochs";
    private const string RepulsionName = "repulsion_strength";
    private static readonly ModelFile Format = new("pipeline-umap", version: 1);

    /// <summary>Writes the model as a safetensors file to a stream, which stays open.</summary>
    /// <param name="output">The stream.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task SaveAsync(Stream output, CancellationToken cancellationToken = default)
    {
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal)
        {
            [PointsArray] = SafeTensor.Over(TrainingPoints, Count, Dimensions),
            [EmbeddingArray] = SafeTensor.Over(Embedding, Count, Options.Components),
            [CurveArray] = SafeTensor.From<double>([A, B], 2),
        };
        Dictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["components"] = ModelFile.Text(Options.Components),
            ["neighbors"] = ModelFile.Text(Options.Neighbors),
            ["min_distance"] = ModelFile.Text(Options.MinDistance),
            ["spread"] = ModelFile.Text(Options.Spread),
            ["metric"] = ModelFile.Name(Options.Metric),
            ["neighbor_search"] = ModelFile.Name(Options.NeighborSearch),
            ["negative_sample_rate"] = ModelFile.Text(Options.NegativeSampleRate),
            [RepulsionName] = ModelFile.Text(Options.RepulsionStrength),
            ["learning_rate"] = ModelFile.Text(Options.LearningRate),
            ["seed"] = ModelFile.Text(Options.Seed),
        };
        if (Options.Epochs is int epochs)
        {
            parameters[EpochsName] = ModelFile.Text(epochs);
        }

        return Format.WriteAsync(output, arrays, parameters, cancellationToken);
    }

    /// <summary>Writes the model as a safetensors file, in place of one that may be there: whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing; what was there before stays.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => ModelFile.WriteAsync(path, SaveAsync, cancellationToken);

    /// <summary>Reads a model from a stream; it places new points where the saved one does, bit for bit. Memory: the model twice.</summary>
    /// <param name="input">The stream; it is read to the end of the model.</param>
    /// <param name="maxDegreeOfParallelism">Threads, 1 or more; null for all processors.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The stream holds no such model, one of a newer library, or a damaged one; the message says what is wrong.</exception>
    public static Task<UmapModel> LoadAsync(Stream input, int? maxDegreeOfParallelism = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism ?? 1, 1, nameof(maxDegreeOfParallelism));
        return Format.ReadAsync(input, content => Of(content, maxDegreeOfParallelism), cancellationToken);
    }

    /// <summary>Reads a model from a file; it places new points where the saved one does, bit for bit. Memory: the model twice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxDegreeOfParallelism">Threads, 1 or more; null for all processors.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">As for a stream; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<UmapModel> LoadAsync(string path, int? maxDegreeOfParallelism = null, CancellationToken cancellationToken = default) =>
        ModelFile.ReadAsync(path, (stream, token) => LoadAsync(stream, maxDegreeOfParallelism, token), cancellationToken);

    private static UmapModel Of(SafeTensorContent content, int? maxDegreeOfParallelism)
    {
        (float[] points, int dimensions) = content.Arrays.GetMatrix<float>(PointsArray);
        double[] curve = content.Arrays.Get<double>(CurveArray, value => value > 0 && double.IsFinite(value), "finite and above 0", 2);
        UmapOptions options = new()
        {
            Components = ModelFile.Number<int>(content.Metadata, "components"),
            Neighbors = ModelFile.Number<int>(content.Metadata, "neighbors"),
            MinDistance = ModelFile.Number<double>(content.Metadata, "min_distance"),
            Spread = ModelFile.Number<double>(content.Metadata, "spread"),
            Metric = ModelFile.Choice<DistanceMetric>(content.Metadata, "metric"),
            NeighborSearch = ModelFile.Choice<NeighborSearchMethod>(content.Metadata, "neighbor_search"),
            Epochs = content.Metadata.ContainsKey(EpochsName) ? ModelFile.Number<int>(content.Metadata, EpochsName) : null,
            NegativeSampleRate = ModelFile.Number<int>(content.Metadata, "negative_sample_rate"),

            // Files that do not tell it are of before there was a choice.
            RepulsionStrength = content.Metadata.ContainsKey(RepulsionName) ? ModelFile.Number<double>(content.Metadata, RepulsionName) : 1,
            LearningRate = ModelFile.Number<double>(content.Metadata, "learning_rate"),
            Seed = ModelFile.Number<int>(content.Metadata, "seed"),
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        return new UmapModel(points, dimensions, content.Arrays.GetFinite<float>(EmbeddingArray), options, curve[0], curve[1]);
    }
}
