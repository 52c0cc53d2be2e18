namespace Pipeline.Adapters.Local;

/// <summary>
/// Embeds texts by their words, pairs of words and word parts, hashed with signs into a fixed number of dimensions (feature hashing,
/// Weinberger et al. 2009). Needs no model, no network and no training. The cosine of two vectors grows with what the texts share,
/// rare words before frequent English ones, and stays high under typing errors and inflection.
/// A text without any letter or digit outside mask tokens gets the zero vector.
/// </summary>
public sealed class LexicalEmbedder : LocalEmbedder
{
    /// <summary>The number of dimensions when none is given.</summary>
    public const int DefaultDimensions = 512;

    /// <summary>Changes whenever any text's vector may change, so that vectors of two algorithms are never mixed.</summary>
    private const int AlgorithmVersion = 1;

    /// <summary>The shortest vectors.</summary>
    public const int MinDimensions = 64;

    /// <summary>The longest vectors.</summary>
    public const int MaxDimensions = 8192;

    private readonly int _dimensions;

    /// <summary>Creates an embedder.</summary>
    /// <param name="dimensions">The length of the vectors, from 64 to 8,192. Fewer mean more accidental similarity: about 1/sqrt(dimensions) between any two texts.</param>
    /// <param name="maxDegreeOfParallelism">How many threads a batch may use; 0 for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LexicalEmbedder(int dimensions = DefaultDimensions, int maxDegreeOfParallelism = 0)
        : base("lexical", $"lexical-{dimensions}-v{AlgorithmVersion}", dimensions, maxDegreeOfParallelism)
    {
        if (dimensions is < MinDimensions or > MaxDimensions)
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, $"dimensions is {dimensions}; it must be from {MinDimensions} to {MaxDimensions}.");

        _dimensions = dimensions;
    }

    /// <inheritdoc />
    public override float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        float[] vector = new float[_dimensions];
        foreach (LexicalFeatures.Family family in LexicalFeatures.Extract(text))
            AddFamily(family, vector);

        Normalise(vector);
        return vector;
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
