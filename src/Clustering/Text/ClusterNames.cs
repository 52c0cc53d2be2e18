namespace Pipeline.Clustering;

/// <summary>Names for clusters, made of their keywords.</summary>
public static class ClusterNames
{
    /// <summary>A further phrase joins the name as long as it weighs at least this part of the first.</summary>
    private const double Worthwhile = 0.4;

    /// <summary>How much more a phrase counts than a word of the same weight: it says more, and it can never be as frequent as its words.</summary>
    private static readonly double[] LengthBonus = [1, 1.9, 2.5];

    /// <summary>Composes a name of 2 to <paramref name="maxWords"/> words (1 where the keywords have no more), such as "password reset".</summary>
    /// <remarks>
    /// Phrases come before the words they consist of; a phrase that continues another is joined with it ("job scheduler" and "scheduler failed" give "job scheduler
    /// failed"); inflections and repetitions are dropped. The same keywords give the same name in whatever order they come.
    /// </remarks>
    /// <param name="keywords">The cluster's keywords.</param>
    /// <param name="maxWords">The longest name in words, 1 or more.</param>
    /// <returns>The name in lower case; empty without keywords.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWords"/> is below 1.</exception>
    public static string Compose(IEnumerable<Keyword> keywords, int maxWords = 4)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        if (maxWords < 1)
            throw new ArgumentOutOfRangeException(nameof(maxWords), maxWords, "A name has 1 word or more.");
        Candidate[] candidates = [.. keywords
            .Select(keyword => Candidate.Of(keyword))
            .Where(candidate => candidate.Words.Length > 0 && candidate.Words.Length <= maxWords)
            .OrderByDescending(candidate => candidate.Score)
            .ThenBy(candidate => string.Join(' ', candidate.Words), StringComparer.Ordinal)];
        List<string> name = [], stems = [];
        foreach (Candidate candidate in candidates)
        {
            if (name.Count >= 2 && candidate.Score < Worthwhile * candidates[0].Score)
                break;
            Join(name, stems, candidate, maxWords);
        }

        return string.Join(' ', name);
    }

    /// <summary>The words of a name in the order in which most texts have them.</summary>
    /// <remarks>Each word counts, for every other, the texts that have it first; ties stay as they are. O(texts x words of the name).</remarks>
    /// <param name="name">A name in lower case.</param>
    /// <param name="texts">The words of each text, in lower case and in order.</param>
    public static string InOrder(string name, IReadOnlyList<IReadOnlyList<string>> texts)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(texts);
        string[] words = [.. WordsOf(name)];
        int[] first = new int[words.Length], leads = new int[words.Length];
        foreach (IReadOnlyList<string> text in texts)
        {
            for (int i = 0; i < words.Length; i++)
                first[i] = Position(text, words[i][(words[i].LastIndexOf(' ') + 1)..]);
            for (int i = 0; i < words.Length; i++)
            {
                for (int j = 0; j < words.Length; j++)
                    leads[i] += first[i] < 0 || first[j] < 0 ? 0 : Math.Sign(first[j] - first[i]);
            }
        }

        return string.Join(' ', words.Index().OrderByDescending(word => leads[word.Index]).Select(word => word.Item));
    }

    /// <summary>The name with one more word: before it where the texts have the word before the name's first word, and behind it otherwise.</summary>
    /// <param name="name">A name in lower case.</param>
    /// <param name="word">The word.</param>
    /// <param name="texts">The words of each text, in lower case and in order.</param>
    public static string Extend(string name, string word, IReadOnlyList<IReadOnlyList<string>> texts)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(texts);
        string start = WordsOf(name).First().Split(' ')[^1];
        int before = texts.Sum(text => (Position(text, word), Position(text, start)) is ( >= 0, >= 0) and var (added, first) ? Math.Sign(first - added) : 0);
        return before > 0 ? $"{word} {name}" : $"{name} {word}";
    }

    private static int Position(IReadOnlyList<string> text, string word)
    {
        for (int i = 0; i < text.Count; i++)
        {
            if (string.Equals(text[i], word, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }

    /// <summary>The words of a term or name; a negation and its word are one.</summary>
    private static IEnumerable<string> WordsOf(string term)
    {
        string[] words = term.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
            yield return Negation.IsNegation(words[i]) && i + 1 < words.Length ? $"{words[i]} {words[++i]}" : words[i];
    }

    /// <summary>Adds what the candidate says beyond the name, where it fits: after the name, or before or behind it where the two overlap.</summary>
    private static void Join(List<string> name, List<string> stems, Candidate candidate, int maxWords)
    {
        int known = candidate.Stems.Count(stem => stems.Exists(other => WordStem.Same(stem, other)));
        int added = candidate.Words.Length - known;
        if (added == 0 || name.Count + added > maxWords)
            return;
        if (known == 0)
            Insert(name, stems, name.Count, candidate.Words, candidate.Stems);
        else if (Continues(stems, candidate.Stems, known))
            Insert(name, stems, name.Count, candidate.Words[known..], candidate.Stems[known..]);
        else if (Continues(candidate.Stems, stems, known))
            Insert(name, stems, 0, candidate.Words[..added], candidate.Stems[..added]);
    }

    /// <summary>Whether the second list starts with the last <paramref name="overlap"/> entries of the first.</summary>
    private static bool Continues(IReadOnlyList<string> first, IReadOnlyList<string> second, int overlap) =>
        overlap <= first.Count && Enumerable.Range(0, overlap).All(i => WordStem.Same(first[first.Count - overlap + i], second[i]));

    private static void Insert(List<string> name, List<string> stems, int at, string[] words, string[] wordStems)
    {
        name.InsertRange(at, words);
        stems.InsertRange(at, wordStems);
    }

    private sealed record Candidate(string[] Words, string[] Stems, double Score)
    {
        public static Candidate Of(Keyword keyword)
        {
            string[] words = [.. WordsOf(keyword.Term).DistinctBy(WordStem.Of, StringComparer.Ordinal)];
            double bonus = LengthBonus[Math.Clamp(words.Length, 1, LengthBonus.Length) - 1];
            return new Candidate(words, [.. words.Select(WordStem.Of)], keyword.Weight * bonus);
        }
    }
}
