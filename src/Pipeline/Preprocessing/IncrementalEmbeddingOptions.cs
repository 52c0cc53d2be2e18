using Microsoft.Extensions.AI;

namespace Pipeline.Preprocessing;

/// <summary>
/// Options with which an embedder that sends several requests for one call hands out each answer as it comes, so that what was paid for can be stored before
/// a later request fails. An embedder that makes all at once does not look at them.
/// </summary>
public sealed class IncrementalEmbeddingOptions : EmbeddingGenerationOptions
{
    private readonly Func<IReadOnlyDictionary<int, Embedding<float>>, Task> _made;

    /// <summary>Names who is told.</summary>
    /// <param name="made">Told each answer's embeddings by the places of their texts, one answer after the other; the next request waits for it.</param>
    public IncrementalEmbeddingOptions(Func<IReadOnlyDictionary<int, Embedding<float>>, Task> made)
    {
        ArgumentNullException.ThrowIfNull(made);
        _made = made;
    }

    /// <summary>Tells one answer.</summary>
    /// <param name="made">The embeddings by the places of their texts among those of the call.</param>
    public Task TellAsync(IReadOnlyDictionary<int, Embedding<float>> made) => _made(made);

    /// <inheritdoc/>
    public override EmbeddingGenerationOptions Clone() => new IncrementalEmbeddingOptions(_made) { Dimensions = Dimensions, ModelId = ModelId, AdditionalProperties = AdditionalProperties?.Clone(), RawRepresentationFactory = RawRepresentationFactory };
}
