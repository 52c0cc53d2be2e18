using Microsoft.Extensions.AI;

namespace Pipeline.Adapters.Local;

/// <summary>
/// An embedder that computes on this machine, text by text: a text's vector depends on the text alone, to the bit, whatever the batch and the number of threads.
/// Safe for use by many threads.
/// </summary>
public abstract class LocalEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly int _dimensions;
    private readonly int _threads;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Names the embedder.</summary>
    /// <param name="provider">What makes the vectors.</param>
    /// <param name="modelId">The name under which they are stored; another one whenever any text's vector may be another.</param>
    /// <param name="dimensions">The length of the vectors.</param>
    /// <param name="maxDegreeOfParallelism">How many threads a batch may use; 0 for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative.</exception>
    protected LocalEmbedder(string provider, string modelId, int dimensions, int maxDegreeOfParallelism)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        _dimensions = dimensions;
        _threads = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism;
        _metadata = new EmbeddingGeneratorMetadata(provider, providerUri: null, modelId, dimensions);
    }

    /// <summary>The name under which the vectors are stored, such as <c>lexical-512-v1</c>.</summary>
    public string ModelId => _metadata.DefaultModelId!;

    /// <summary>Embeds one text.</summary>
    /// <returns>A vector of unit length, or zero where the text says nothing.</returns>
    public abstract float[] Embed(string text);

    /// <inheritdoc />
    /// <remarks>The texts' order is kept. The options may ask for this embedder's own number of dimensions only.</remarks>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } asked && asked != _dimensions)
            throw new ArgumentException($"{asked} dimensions are asked for, but this embedder makes {_dimensions}.", nameof(options));

        string[] texts = [.. values];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _threads, CancellationToken = cancellationToken };
        return Task.Run(
            () => new GeneratedEmbeddings<Embedding<float>>(EmbedAll(texts, parallel).Select(vector => new Embedding<float>(vector) { ModelId = ModelId })),
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

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Embeds texts, each as <see cref="Embed"/> does.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The threads to use, and what stops the work.</param>
    /// <returns>A vector per text, in their order.</returns>
    protected virtual float[][] EmbedAll(string[] texts, ParallelOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        float[][] vectors = new float[texts.Length][];
        Parallel.For(0, texts.Length, options, i => vectors[i] = Embed(texts[i]));
        return vectors;
    }

    /// <summary>Releases what an embedder holds; nothing by default.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Scales to unit length; zero stays zero. Summed one by one in double precision: a vectorised sum would differ between processors.</summary>
    protected static void Normalise(Span<float> vector)
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
}
