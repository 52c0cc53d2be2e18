using Pipeline.Adapters.Local;
using Pipeline.Models;

namespace Pipeline.Bench;

/// <summary>Labelled texts as a training sees them, embedded, in one part for each tech center.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Parts">Its tech centers.</param>
internal sealed record QualitySet(string Name, IReadOnlyList<QualityPart> Parts)
{
    /// <summary>Embeds a set.</summary>
    public static async Task<QualitySet> EmbedAsync(EmbedderSet set, LocalEmbedder embedder, CancellationToken cancellationToken)
    {
        List<QualityPart> parts = [];
        foreach (IReadOnlyList<(string Text, string? Truth)> rows in set.Parts)
        {
            string[] texts = [.. rows.Select(r => r.Text).Distinct(StringComparer.Ordinal)];
            Dictionary<string, ReadOnlyMemory<float>> vectors = texts.Zip(await embedder.GenerateAsync(texts, options: null, cancellationToken)).ToDictionary(p => p.First, p => p.Second.Vector, StringComparer.Ordinal);
            Dictionary<string, int> groups = new(StringComparer.Ordinal);
            int[] truth = [.. rows.Select(r => r.Truth is null ? -1 : groups.TryGetValue(r.Truth, out int group) ? group : groups[r.Truth] = groups.Count)];
            parts.Add(new QualityPart(EmbeddingMatrix.Of([.. rows.Select(r => vectors[r.Text])]), vectors[texts[0]].Length, [.. rows.Select(r => r.Text)], truth));
        }

        return new QualitySet(set.Name, parts);
    }

    /// <summary>The same with vectors that were written in half precision and read again.</summary>
    public QualitySet Halved() => this with { Parts = [.. Parts.Select(part => part with { Embeddings = Array.ConvertAll(part.Embeddings, value => (float)(Half)value) })] };
}

/// <summary>The texts of one tech center with their true groups.</summary>
/// <param name="Embeddings">n x <paramref name="Dimensions"/>, row-major.</param>
/// <param name="Dimensions">Values per embedding.</param>
/// <param name="Texts">The masked texts.</param>
/// <param name="Truth">Each text's true group, 0 and up; -1 where it has none.</param>
internal sealed record QualityPart(float[] Embeddings, int Dimensions, string[] Texts, int[] Truth)
{
    /// <summary>The number of texts.</summary>
    public int Count => Truth.Length;

    /// <summary>The first texts alone.</summary>
    public QualityPart First(int count) => Rows([.. Enumerable.Range(0, count)]);

    /// <summary>Some of the texts.</summary>
    public QualityPart Rows(int[] rows) =>
        new([.. rows.SelectMany(row => Embeddings[(row * Dimensions)..((row + 1) * Dimensions)])], Dimensions, [.. rows.Select(row => Texts[row])], [.. rows.Select(row => Truth[row])]);
}
