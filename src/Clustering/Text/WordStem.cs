namespace Pipeline.Clustering;

/// <summary>Tells whether two English words are inflections of one. It errs on the side of "yes", as it only keeps a name from saying the same twice.</summary>
internal static class WordStem
{
    private const int MinStem = 4;

    /// <summary>A stem of this length that starts another makes the two the same: verif-y, verif-ication.</summary>
    private const int MinPrefix = 5;
    private static readonly string[] Endings = ["ations", "ation", "ions", "ion", "ings", "ing", "ures", "ure", "ments", "ment", "ers", "er", "ed", "es", "s", "e", "y"];

    /// <summary>Whether two stems belong to the same word.</summary>
    public static bool Same(string first, string second) =>
        string.Equals(first, second, StringComparison.Ordinal)
        || (Math.Min(first.Length, second.Length) >= MinPrefix && (first.StartsWith(second, StringComparison.Ordinal) || second.StartsWith(first, StringComparison.Ordinal)));

    /// <summary>The word without its ending.</summary>
    public static string Of(string word)
    {
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > MinStem)
            return word[..^3];
        string stem = word;
        foreach (string ending in Endings)
        {
            bool plural = string.Equals(ending, "s", StringComparison.Ordinal);
            if (!word.EndsWith(ending, StringComparison.Ordinal) || word.Length - ending.Length < (plural ? MinStem - 1 : MinStem))
                continue;
            if (plural && word[^2] is 's' or 'u' or 'i')
                continue;
            stem = word[..^ending.Length];
            break;
        }

        bool doubled = stem.Length < word.Length && stem.Length > MinStem && stem[^1] == stem[^2] && stem[^1] is not ('s' or 'l' or 'e');
        return doubled ? stem[..^1] : stem;
    }
}
