using Microsoft.Extensions.AI;

namespace Pipeline.Preprocessing;

/// <summary>
/// Remembers the vectors of masked texts by their content hash, so that what people ask again is neither computed nor paid for again. It holds hashes and vectors, no text, in memory:
/// up to 4,096 of them, the first that came go first.
/// </summary>
/// <param name="embedder">Makes what is not remembered. It is disposed with the cache.</param>
public sealed class EmbeddingCache(IEmbeddingGenerator<string, Embedding<float>> embedder) : DelegatingEmbeddingGenerator<string, Embedding<float>>(embedder)
{
    private const int Most = 4_096;

    private readonly Dictionary<string, Embedding<float>> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <inheritdoc/>
    /// <exception cref="TextsRefusedException">Some texts were refused; the places are those of this call.</exception>
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (options is not null)
        {
            return await base.GenerateAsync(values, options, cancellationToken);
        }

        (string Text, string Hash)[] texts = [.. values.Select(text => (text, TextHash.Of(text)))];
        Dictionary<string, Embedding<float>> found = Known(texts.Select(t => t.Hash));
        (string Text, string Hash)[] missing = [.. texts.Where(t => !found.ContainsKey(t.Hash)).DistinctBy(t => t.Hash, StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            try
            {
                Add(await base.GenerateAsync(missing.Select(m => m.Text), options, cancellationToken));
            }
            catch (TextsRefusedException e)
            {
                Add(e.Made);
                Dictionary<string, string> refused = e.Refused.ToDictionary(r => missing[r.Key].Hash, r => r.Value, StringComparer.Ordinal);
                throw new TextsRefusedException(
                    [.. texts.Select(t => found.GetValueOrDefault(t.Hash))],
                    texts.Index().Where(t => refused.ContainsKey(t.Item.Hash)).ToDictionary(t => t.Index, t => refused[t.Item.Hash]));
            }
        }

        return [.. texts.Select(t => found[t.Hash])];

        void Add(IEnumerable<Embedding<float>?> made)
        {
            foreach ((int place, Embedding<float>? embedding) in made.Index())
            {
                if (embedding is not null)
                {
                    found[missing[place].Hash] = embedding;
                    Remember(missing[place].Hash, embedding);
                }
            }
        }
    }

    private Dictionary<string, Embedding<float>> Known(IEnumerable<string> hashes)
    {
        lock (_known)
        {
            return hashes.Distinct(StringComparer.Ordinal).Where(_known.ContainsKey).ToDictionary(hash => hash, hash => _known[hash], StringComparer.Ordinal);
        }
    }

    private void Remember(string hash, Embedding<float> embedding)
    {
        lock (_known)
        {
            if (!_known.TryAdd(hash, embedding))
            {
                return;
            }

            _order.Enqueue(hash);
            if (_order.Count > Most)
            {
                _known.Remove(_order.Dequeue());
            }
        }
    }
}
