using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Takes items into a stream: masked, embedded, written to its log and clustered before the sender is told.</summary>
public sealed class TakeStreamItems(StreamDirectory streams, SummaryBuilder summaries, IEmbeddingGenerator<string, Embedding<float>> embedder, TimeProvider clock, ErasedNumbers? erased = null)
{
    /// <summary>Takes the items of a JSON body. Sending them again changes nothing.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="body">An item, an array of up to a thousand, or an object with that as <c>items</c>.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="RequestException">The stream is unknown, of another embedder, or written by another process; or none of the items can be used.</exception>
    /// <exception cref="WarehouseException">The record of erasures cannot be read; nothing is stored.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer; nothing is stored.</exception>
    /// <exception cref="ObjectStoreException">The log cannot be written; nothing is stored.</exception>
    public async Task<AddedItems> RunAsync(string stream, Stream body, CancellationToken cancellationToken = default)
    {
        StreamDefinition definition = await streams.DefinitionAsync(stream, cancellationToken);
        if (!string.Equals(definition.Embedder, streams.Embedder, StringComparison.Ordinal))
        {
            throw new RequestException(RequestProblem.Conflict, $"The stream '{definition.Name}' has vectors of the embedder '{definition.Embedder}', the configured one is '{streams.Embedder}': their vectors cannot be compared. Make a new stream, or set the embedder back.");
        }

        (List<SentItem> sent, List<RejectedItem> rejected) = await StreamItemReader.ReadAsync(body, clock.GetUtcNow(), cancellationToken);
        await RefuseErasedAsync(sent, rejected, cancellationToken);
        List<StreamItem> items = await EmbedAsync(sent, rejected, cancellationToken);
        rejected.Sort((a, b) => a.Index.CompareTo(b.Index));
        if (items.Count == 0)
        {
            throw new RequestException(
                RequestProblem.Invalid,
                $"None of the items can be used. {rejected[0].Reason}",
                rejected.Take(10).ToDictionary(r => FormattableString.Invariant($"items[{r.Index}].{r.Field}"), r => new[] { r.Reason }, StringComparer.Ordinal));
        }

        return await streams.UseAsync(definition.Name, async open =>
        {
            RequireDimensions(open, items[0].Embedding.Length);
            (int accepted, long sequence) = await open.AddAsync(items, cancellationToken);
            return new AddedItems(definition.Name, accepted, items.Count - accepted, sequence, rejected);
        }, cancellationToken);
    }

    /// <summary>A text as a stream knows it: masked, and as a vector of length 1; null where nothing is left of it.</summary>
    internal async Task<float[]?> VectorAsync(string text, CancellationToken cancellationToken)
    {
        string summary = summaries.Build([text]);
        return summary.Length == 0 ? null : Unit((await embedder.GenerateAsync([summary], cancellationToken: cancellationToken))[0].Vector);
    }

    /// <summary>Refuses vectors of another length than the stream's.</summary>
    internal static void RequireDimensions(ItemStream open, int dimensions)
    {
        if (open.Read(s => s.Dimensions) is int own && own != dimensions)
        {
            throw new RequestException(RequestProblem.Conflict, FormattableString.Invariant($"The stream '{open.Definition.Name}' has vectors of {own} dimensions, those of the embedder have {dimensions}. Make a new stream, or set the embedder back."));
        }
    }

    /// <summary>A vector of length 1; null for one of zeros.</summary>
    internal static float[]? Unit(ReadOnlyMemory<float> vector)
    {
        float[] unit = vector.ToArray();
        float norm = TensorPrimitives.Norm<float>(unit);
        if (!(norm > 0) || !float.IsFinite(norm))
        {
            return null;
        }

        TensorPrimitives.Divide(unit, norm, unit);
        return unit;
    }

    private async Task RefuseErasedAsync(List<SentItem> sent, List<RejectedItem> rejected, CancellationToken cancellationToken)
    {
        Func<string, bool> isErased = await (erased ?? ErasedNumbers.None).FindAsync(cancellationToken);
        rejected.AddRange(sent.Where(i => isErased(i.Id)).Select(i => new RejectedItem(i.Index, i.Id, "id", "An incident of this id was erased, and may not come back. Take it out of the source.")));
        sent.RemoveAll(i => isErased(i.Id));
    }

    private async Task<List<StreamItem>> EmbedAsync(List<SentItem> sent, List<RejectedItem> rejected, CancellationToken cancellationToken)
    {
        List<(SentItem Item, string Summary)> masked = [];
        foreach (SentItem item in sent)
        {
            string summary = summaries.Build([item.Text]);
            if (summary.Length == 0)
            {
                rejected.Add(new RejectedItem(item.Index, item.Id, "text", "Nothing is left of the text after cleaning. Say in a few words what the item is about."));
                continue;
            }

            masked.Add((item, summary));
        }

        if (masked.Count == 0)
        {
            return [];
        }

        IReadOnlyList<Embedding<float>?> vectors;
        try
        {
            vectors = [.. await embedder.GenerateAsync(masked.Select(m => m.Summary), cancellationToken: cancellationToken)];
        }
        catch (TextsRefusedException e)
        {
            vectors = [.. Enumerable.Range(0, masked.Count).Select(i => e.Refused.ContainsKey(i) ? null : e.Made[i])];
        }

        List<StreamItem> items = [];
        foreach ((int place, (SentItem item, string summary)) in masked.Index())
        {
            if (vectors[place] is { } vector && Unit(vector.Vector) is float[] unit)
            {
                items.Add(new StreamItem(item.Id, summary, item.Time, Masked(item.Attributes), unit));
            }
            else
            {
                rejected.Add(new RejectedItem(item.Index, item.Id, "text", "The embedder makes nothing of this text. Say it in other words."));
            }
        }

        return items;
    }

    private IReadOnlyDictionary<string, string> Masked(SortedDictionary<string, string> attributes)
    {
        if (attributes.Count == 0)
        {
            return StreamItem.NoAttributes;
        }

        SortedDictionary<string, string> masked = new(StringComparer.Ordinal);
        foreach ((string name, string value) in attributes)
        {
            masked.Add(name, summaries.Build([value]));
        }

        return masked;
    }
}
