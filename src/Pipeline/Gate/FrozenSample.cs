using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Gate;

/// <summary>
/// The texts that every version of a tech center is asked: drawn once, kept beside the versions, and drawn anew only when most of them have left the window.
/// The texts are masked, as in the warehouse.
/// </summary>
internal sealed class FrozenSample(IObjectStore objects)
{
    /// <summary>The sample's file in a tech center's folder.</summary>
    public const string File = "sample.json";

    /// <summary>The file of its embeddings beside it.</summary>
    public const string VectorsFile = "sample-vectors.json";

    /// <summary>The texts with their content hashes.</summary>
    /// <param name="folder">The tech center's folder.</param>
    /// <param name="rows">The window's incidents.</param>
    /// <param name="size">How many texts to draw.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<IReadOnlyList<SampledText>> ReadAsync(string folder, IReadOnlyList<PreprocessedIncident> rows, int size, CancellationToken cancellationToken)
    {
        string name = $"{ModelPaths.Root}/{folder}/{File}";
        HashSet<string> present = rows.Select(r => r.ContentHash).ToHashSet(StringComparer.Ordinal);
        if (await TryReadAsync<SampledText[]>(name, cancellationToken) is { Length: > 0 } kept && 2 * kept.Count(text => present.Contains(text.Hash)) >= kept.Length)
        {
            return kept;
        }

        // The lowest content hashes: as good as drawn at random, and the same whatever the order of reading.
        SampledText[] drawn = [.. rows.DistinctBy(r => r.ContentHash, StringComparer.Ordinal).OrderBy(r => r.ContentHash, StringComparer.Ordinal).Take(size).Select(r => new SampledText(r.ContentHash, r.Summary))];
        await objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, drawn, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        return drawn;
    }

    /// <summary>The embeddings that were made of the texts by an embedder, by content hash; none where they were made by another one.</summary>
    /// <param name="folder">The tech center's folder.</param>
    /// <param name="embedder">The embedder.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, float[]>> ReadVectorsAsync(string folder, string embedder, CancellationToken cancellationToken) =>
        await TryReadAsync<SampleVectors>(NameOfVectors(folder), cancellationToken) is { } kept && string.Equals(kept.Embedder, embedder, StringComparison.Ordinal)
            ? kept.Vectors.ToDictionary(v => v.Key, v => MemoryMarshal.Cast<byte, float>(v.Value).ToArray(), StringComparer.Ordinal)
            : new Dictionary<string, float[]>(StringComparer.Ordinal);

    /// <summary>Keeps embeddings, in place of those that were kept.</summary>
    /// <param name="folder">The tech center's folder.</param>
    /// <param name="embedder">What made them.</param>
    /// <param name="vectors">The embeddings by content hash.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task KeepVectorsAsync(string folder, string embedder, IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> vectors, CancellationToken cancellationToken)
    {
        SampleVectors kept = new(embedder, vectors.ToDictionary(v => v.Key, v => MemoryMarshal.AsBytes(v.Value.Span).ToArray(), StringComparer.Ordinal));
        return objects.WriteAsync(NameOfVectors(folder), (stream, token) => JsonSerializer.SerializeAsync(stream, kept, PipelineJson.Compact, token), cancellationToken: cancellationToken);
    }

    /// <summary>Takes texts out of a sample.</summary>
    /// <param name="name">The sample's file.</param>
    /// <param name="contentHashes">The texts' content hashes.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task ForgetAsync(string name, IReadOnlySet<string> contentHashes, CancellationToken cancellationToken)
    {
        await ForgetVectorsAsync(name.Replace(File, VectorsFile, StringComparison.Ordinal), contentHashes, cancellationToken);
        if (await TryReadAsync<SampledText[]>(name, cancellationToken) is not { } kept)
        {
            // What cannot be read is drawn anew by the next test.
            await objects.DeleteAsync(name, cancellationToken);
            return;
        }

        SampledText[] rest = [.. kept.Where(text => !contentHashes.Contains(text.Hash))];
        if (rest.Length < kept.Length)
        {
            await objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, rest, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        }
    }

    // An embedding tells of its text as well.
    private async Task ForgetVectorsAsync(string name, IReadOnlySet<string> contentHashes, CancellationToken cancellationToken)
    {
        if (await TryReadAsync<SampleVectors>(name, cancellationToken) is not { } kept)
        {
            await objects.DeleteAsync(name, cancellationToken);
        }
        else if (kept.Vectors.Keys.Any(contentHashes.Contains))
        {
            SampleVectors rest = kept with { Vectors = kept.Vectors.Where(v => !contentHashes.Contains(v.Key)).ToDictionary(StringComparer.Ordinal) };
            await objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, rest, PipelineJson.Compact, token), cancellationToken: cancellationToken);
        }
    }

    private static string NameOfVectors(string folder) => $"{ModelPaths.Root}/{folder}/{VectorsFile}";

    private async Task<T?> TryReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class
    {
        await using Stream? stream = await objects.OpenReadAsync(name, cancellationToken);
        try
        {
            T? read = stream is null ? null : await JsonSerializer.DeserializeAsync<T>(stream, PipelineJson.Indented, cancellationToken);
            return (read is SampledText[] texts && Array.Exists(texts, text => text is null)) || (read is SampleVectors kept && kept.Vectors.Values.Any(vector => vector is null)) ? null : read;
        }
        catch (JsonException)
        {
            // What cannot be read is drawn anew.
            return null;
        }
    }
}

/// <summary>The embeddings of a sample.</summary>
/// <param name="Embedder">What made them.</param>
/// <param name="Vectors">By content hash, the values as little-endian 32-bit floats.</param>
internal sealed record SampleVectors(string Embedder, IReadOnlyDictionary<string, byte[]> Vectors);

/// <summary>A text of the sample.</summary>
/// <param name="Hash">Its content hash.</param>
/// <param name="Text">The masked text.</param>
internal sealed record SampledText(string Hash, string Text);
