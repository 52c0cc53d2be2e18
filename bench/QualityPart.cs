namespace Pipeline.Bench;

/// <summary>The texts of one tech center with their true groups.</summary>
/// <param name="Name">The tech center.</param>
/// <param name="Embeddings">n x <paramref name="Dimensions"/>, row-major.</param>
/// <param name="Dimensions">Values per embedding.</param>
/// <param name="Hashes">Each text's content hash.</param>
/// <param name="Texts">The masked texts.</param>
/// <param name="Truth">Each text's true group, 0 and up; -1 where it has none.</param>
internal sealed record QualityPart(string Name, float[] Embeddings, int Dimensions, string[] Hashes, string[] Texts, int[] Truth)
{
    /// <summary>The number of texts.</summary>
    public int Count => Truth.Length;

    /// <summary>The first texts alone.</summary>
    public QualityPart First(int count) =>
        this with { Embeddings = Embeddings[..(count * Dimensions)], Hashes = Hashes[..count], Texts = Texts[..count], Truth = Truth[..count] };
}
