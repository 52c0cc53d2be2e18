namespace Pipeline.Adapters.Local;

/// <summary>
/// Embeds texts by words and meaning: the vectors of <see cref="LexicalEmbedder"/> and <see cref="StaticEmbedder"/> one after the other, each with its share of the length,
/// so that the cosine of two texts is the weighted mean of the two. Texts in other than Latin letters, which the table of meanings does not know, are taken by their words alone.
/// A text that says nothing to either gets the zero vector.
/// </summary>
public sealed class HybridEmbedder : LocalEmbedder
{
    /// <summary>The words' share of the squared length of a text in Latin letters when none is given (docs/benchmarks.md).</summary>
    public const double DefaultLexicalShare = 0.15;

    /// <summary>Changes whenever any text's vector may change, so that vectors of two algorithms are never mixed.</summary>
    private const int AlgorithmVersion = 1;

    private const int Dimensions = LexicalEmbedder.DefaultDimensions + StaticTable.Dimensions;

    private readonly double _lexicalShare;
    private readonly LexicalEmbedder _words = new();
    private readonly StaticEmbedder _meaning = new();

    /// <summary>Creates an embedder.</summary>
    /// <param name="lexicalShare">The words' share of the squared length of a text in Latin letters, 0 to 1.</param>
    /// <param name="maxDegreeOfParallelism">How many threads a batch may use; 0 for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public HybridEmbedder(double lexicalShare = DefaultLexicalShare, int maxDegreeOfParallelism = 0)
        : base("hybrid", FormattableString.Invariant($"hybrid-{Dimensions}-{100 * lexicalShare:0}-v{AlgorithmVersion}"), Dimensions, maxDegreeOfParallelism)
    {
        if (lexicalShare is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(lexicalShare), lexicalShare, FormattableString.Invariant($"lexicalShare is {lexicalShare}; it must be from 0 to 1."));

        _lexicalShare = lexicalShare;
    }

    /// <inheritdoc />
    public override float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        float[] vector = new float[Dimensions];

        // All meaning where all letters are Latin, none where no more than half of them are.
        double meaning = (1 - _lexicalShare) * Math.Max(0, (2 * LatinShare.Of(text)) - 1);
        Append(_words.Embed(text), Math.Sqrt(1 - meaning), vector);
        Append(_meaning.Embed(text), Math.Sqrt(meaning), vector.AsSpan(LexicalEmbedder.DefaultDimensions));

        // One of the two may be zero.
        Normalise(vector);
        return vector;
    }

    private static void Append(float[] part, double scale, Span<float> vector)
    {
        for (int i = 0; i < part.Length; i++)
            vector[i] = (float)(part[i] * scale);
    }
}
