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
        if (await TryReadAsync(name, cancellationToken) is { Count: > 0 } kept && 2 * kept.Count(text => present.Contains(text.Hash)) >= kept.Count)
        {
            return kept;
        }

        // The lowest content hashes: as good as drawn at random, and the same whatever the order of reading.
        SampledText[] drawn = [.. rows.DistinctBy(r => r.ContentHash, StringComparer.Ordinal).OrderBy(r => r.ContentHash, StringComparer.Ordinal).Take(size).Select(r => new SampledText(r.ContentHash, r.Summary))];
        await objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, drawn, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        return drawn;
    }

    /// <summary>Takes a text out of a sample.</summary>
    /// <param name="name">The sample's file.</param>
    /// <param name="contentHash">The text's content hash.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task ForgetAsync(string name, string contentHash, CancellationToken cancellationToken)
    {
        if (await TryReadAsync(name, cancellationToken) is not { } kept)
        {
            // What cannot be read is drawn anew by the next test.
            await objects.DeleteAsync(name, cancellationToken);
            return;
        }

        SampledText[] rest = [.. kept.Where(text => !string.Equals(text.Hash, contentHash, StringComparison.Ordinal))];
        if (rest.Length < kept.Count)
        {
            await objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, rest, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        }
    }

    private async Task<IReadOnlyList<SampledText>?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        await using Stream? stream = await objects.OpenReadAsync(name, cancellationToken);
        try
        {
            return stream is null ? null : await JsonSerializer.DeserializeAsync<SampledText[]>(stream, PipelineJson.Indented, cancellationToken);
        }
        catch (JsonException)
        {
            // What cannot be read is drawn anew.
            return null;
        }
    }
}

/// <summary>A text of the sample.</summary>
/// <param name="Hash">Its content hash.</param>
/// <param name="Text">The masked text.</param>
internal sealed record SampledText(string Hash, string Text);
