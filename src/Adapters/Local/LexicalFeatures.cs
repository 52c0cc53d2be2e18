namespace Pipeline.Adapters.Local;

/// <summary>
/// The features of a text: its words, its pairs of neighbouring content words, and the parts of its words (3 to 5 characters,
/// the word's bounds included). Each family has a fixed share of the vector, so that a long text is not all word parts.
/// </summary>
internal static class LexicalFeatures
{
    private const double WordShare = 1;
    private const double PairShare = 0.3;
    private const double PartShare = 0.7;
    private const int MinPart = 3;
    private const int MaxPart = 5;

    /// <summary>A Hangul syllable is two or three letters: parts of Korean words begin at two.</summary>
    private const int MinSyllables = 2;

    private const int LongestWordForParts = 64;

    /// <summary>Words lighter than this are passed over when pairs are formed and give no parts: they say nothing about the topic.</summary>
    private const float ContentWeight = 0.35f;

    private const ulong WordSeed = 1;
    private const ulong PairSeed = 2;
    private const ulong PartSeed = 3;

    /// <summary>Features of one kind with their weights, each hash once, in order of first occurrence.</summary>
    internal readonly record struct Family(double Share, IReadOnlyList<(ulong Hash, float Weight)> Features);

    /// <summary>Extracts the three families. Time and memory linear in the text's length.</summary>
    public static Family[] Extract(string text)
    {
        WeightedBag words = new();
        WeightedBag pairs = new();
        WeightedBag parts = new();
        LexicalToken? previous = null;
        foreach (LexicalToken token in LexicalTokenizer.Tokenize(text))
        {
            ulong hash = FeatureHash.Of(token.Stem, WordSeed);
            words.Count(hash, token.Weight);
            if (token.Weight < ContentWeight)
                continue;

            if (token.Word.Length <= LongestWordForParts && !token.IsIdeographic)
                AddParts(token, parts);

            if (previous is { } before)
                pairs.Count(FeatureHash.Combine(FeatureHash.Of(before.Stem, WordSeed), hash, PairSeed), MathF.Sqrt(before.Weight * token.Weight));

            previous = token;
        }

        return
        [
            new Family(WordShare, words.ToWeights(Sublinear)),
            new Family(PairShare, pairs.ToWeights(static (weight, _) => weight)),
            new Family(PartShare, parts.ToWeights(static (weight, count) => weight * count)),
        ];
    }

    /// <summary>A repeated word weighs more, but less than in proportion.</summary>
    private static float Sublinear(float weight, int count) => weight * (1f + (float)Math.Log(count));

    private static void AddParts(LexicalToken token, WeightedBag parts)
    {
        Span<char> bounded = stackalloc char[LongestWordForParts + 2];
        bounded = bounded[..(token.Word.Length + 2)];
        bounded[0] = '^';
        token.Word.CopyTo(bounded[1..]);
        bounded[^1] = '$';

        int smallest = token.Word[0] is >= '\uAC00' and <= '\uD7A3' ? MinSyllables : MinPart;
        int count = 0;
        for (int size = smallest; size <= MaxPart; size++)
            count += Math.Max(0, bounded.Length - size + 1);

        float weight = token.Weight / MathF.Sqrt(count);
        for (int size = smallest; size <= MaxPart; size++)
        {
            for (int start = 0; start + size <= bounded.Length; start++)
                parts.Count(FeatureHash.Of(bounded.Slice(start, size), PartSeed), weight);
        }
    }
}
