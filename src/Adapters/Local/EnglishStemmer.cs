namespace Pipeline.Adapters.Local;

/// <summary>
/// Takes inflectional endings off English words. Lighter than Porter's algorithm: it aims at giving the forms of one word one stem,
/// not at linguistic roots, and leaves short words and words of other alphabets alone.
/// </summary>
internal static class EnglishStemmer
{
    private const int ShortestStemmed = 4;

    /// <summary>The endings tried in order, with the fewest letters that must remain before each.</summary>
    private static readonly (string Ending, int Remaining)[] Endings =
    [
        ("ingly", 4), ("edly", 4), ("ing", 3), ("ed", 3), ("ly", 4), ("ment", 4), ("tion", 3), ("ness", 4),
    ];

    /// <summary>The stem of a lower-case word.</summary>
    public static string Stem(string word)
    {
        if (word.Length < ShortestStemmed || word.AsSpan().ContainsAnyExceptInRange('a', 'z'))
            return word;

        ReadOnlySpan<char> stem = WithoutEnding(WithoutPlural(word));
        if (stem.Length > 4 && stem[^1] == 'e')
            stem = stem[..^1];

        return stem.Length > 3 && stem[^1] == 'y' ? string.Concat(stem[..^1], "i") : stem.ToString();
    }

    private static ReadOnlySpan<char> WithoutPlural(string word)
    {
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4)
            return string.Concat(word.AsSpan(0, word.Length - 3), "y");

        if (word.EndsWith("sses", StringComparison.Ordinal))
            return word.AsSpan(0, word.Length - 2);

        bool plural = word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i');
        return plural ? word.AsSpan(0, word.Length - 1) : word;
    }

    private static ReadOnlySpan<char> WithoutEnding(ReadOnlySpan<char> word)
    {
        foreach ((string ending, int remaining) in Endings)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal) || word.Length - ending.Length < remaining)
                continue;

            if (ending is "tion")
                return word[..^3];

            ReadOnlySpan<char> stem = word[..^ending.Length];
            bool doubled = stem.Length > 2 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z');
            return doubled ? stem[..^1] : stem;
        }

        return word;
    }
}
