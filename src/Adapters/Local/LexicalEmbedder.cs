using Microsoft.Extensions.AI;

namespace Pipeline.Adapters.Local;

/// <summary>
/// Embeds texts by their words, pairs of words and word parts, hashed with signs into a fixed number of dimensions (feature hashing,
/// Weinberger et al. 2009). Needs no model, no network and no training. A text's vector depends on the text alone, to the bit, whatever
/// the batch and the number of threads. Vectors have unit length; the cosine of two grows with what the texts share,
/// rare words before frequent English ones, and stays high under typing errors and inflection.
/// A text without any letter or digit outside mask tokens gets the zero vector.
/// </summary>
public sealed class LexicalEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The number of dimensions when none is given.</summary>
    public const int DefaultDimensions = 512;

    /// <summary>Changes whenever any text's vector may change, so that vectors of two algorithms are never mixed.</summary>
    private const int AlgorithmVersion = 1;

    private const int MinDimensions = 64;
    private const int MaxDimensions = 8192;

    private readonly int _dimensions;
    private readonly ParallelOptions _parallel;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Creates an embedder.</summary>
    /// <param name="dimensions">The length of the vectors, from 64 to 8,192. Fewer mean more accidental similarity: about 1/sqrt(dimensions) between any two texts.</param>
    /// <param name="maxDegreeOfParallelism">How many threads a batch may use; 0 for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LexicalEmbedder(int dimensions = DefaultDimensions, int maxDegreeOfParallelism = 0)
    {
        if (dimensions is < MinDimensions or > MaxDimensions)
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, $"dimensions is {dimensions}; it must be from {MinDimensions} to {MaxDimensions}.");

        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        _dimensions = dimensions;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism };
        _metadata = new EmbeddingGeneratorMetadata("lexical", providerUri: null, $"lexical-{dimensions}-v{AlgorithmVersion}", dimensions);
    }

    /// <summary>The name under which the vectors are stored, such as <c>lexical-512-v1</c>.</summary>
    public string ModelId => _metadata.DefaultModelId!;

    /// <summary>Embeds one text.</summary>
    public float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        float[] vector = new float[_dimensions];
        foreach (LexicalFeatures.Family family in LexicalFeatures.Extract(text))
            AddFamily(family, vector);

        Normalise(vector);
        return vector;
    }

    /// <inheritdoc />
    /// <remarks>The texts' order is kept. The options may ask for this embedder's own number of dimensions only.</remarks>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } asked && asked != _dimensions)
            throw new ArgumentException($"{asked} dimensions are asked for, but this embedder makes {_dimensions}.", nameof(options));

        string[] texts = [.. values];
        Embedding<float>[] embeddings = new Embedding<float>[texts.Length];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _parallel.MaxDegreeOfParallelism, CancellationToken = cancellationToken };
        return Task.Run(
            () =>
            {
                Parallel.For(0, texts.Length, parallel, i => embeddings[i] = new Embedding<float>(Embed(texts[i])) { ModelId = ModelId });
                return new GeneratedEmbeddings<Embedding<float>>(embeddings);
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;

        return serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing is held that needs releasing.</summary>
    public void Dispose()
    {
    }

    /// <summary>Scales to unit length. Summed one by one in double precision: a vectorised sum would differ between processors.</summary>
    private static void Normalise(Span<float> vector)
    {
        double squares = 0;
        foreach (float value in vector)
            squares += (double)value * value;

        if (squares == 0)
            return;

        double scale = 1 / Math.Sqrt(squares);
        for (int i = 0; i < vector.Length; i++)
            vector[i] = (float)(vector[i] * scale);
    }

    /// <summary>Adds a family's features, scaled so that the family has its own share of the vector whatever the text's length.</summary>
    private static void AddFamily(LexicalFeatures.Family family, Span<float> vector)
    {
        double squares = 0;
        foreach ((_, float weight) in family.Features)
            squares += (double)weight * weight;

        if (squares == 0)
            return;

        float scale = (float)(family.Share / Math.Sqrt(squares));
        foreach ((ulong hash, float weight) in family.Features)
            FeatureHash.AddSigned(hash, weight * scale, vector);
    }
}
