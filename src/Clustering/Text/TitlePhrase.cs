namespace Pipeline.Clustering;

/// <summary>Finds the wording that a cluster's own titles use for what they have in common.</summary>
public static class TitlePhrase
{
    private const int LongestPhrase = 6;

    /// <summary>What a phrase counts that starts with a negation, which says what is not without saying of what.</summary>
    private const double NegationFirst = 0.5;

    /// <summary>
    /// The run of words, as titles write it, with the greatest product of the keyword weight of its words and the square root of the share of titles that have it,
    /// such as "card payment not possible". Neither end is a stop word; a negation may start it, for half the score; words with digits (hosts, numbers) end a run.
    /// </summary>
    /// <remarks>O(words x <c>longest phrase</c>) time and memory. Deterministic: ties go to the longer, then the ordinally first phrase.</remarks>
    /// <param name="titles">The titles of the cluster's members.</param>
    /// <param name="keywords">The cluster's keywords, single words among them.</param>
    /// <param name="minShare">The share of titles that must have the phrase, above 0 to 1.</param>
    /// <param name="stopWords">Words that say nothing, in lower case; null for the English ones.</param>
    /// <param name="accepts">Which phrases may be answered; null for all.</param>
    /// <returns>The phrase in lower case, two words or more; null where no phrase is frequent enough.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minShare"/> is out of its range.</exception>
    public static string? Find(IReadOnlyList<string> titles, IReadOnlyList<Keyword> keywords, double minShare = 0.15, IReadOnlySet<string>? stopWords = null, Func<string, bool>? accepts = null)
    {
        ArgumentNullException.ThrowIfNull(titles);
        ArgumentNullException.ThrowIfNull(keywords);
        if (minShare is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(minShare), minShare, $"minShare is {minShare}; it must be above 0 and at most 1.");

        stopWords ??= StopWords.English;
        Dictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (Keyword keyword in keywords.Where(k => !k.Term.Contains(' ', StringComparison.Ordinal)))
            weights.TryAdd(WordStem.Of(keyword.Term), keyword.Weight);

        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string title in titles)
        {
            foreach (string phrase in Phrases(title, stopWords).Distinct(StringComparer.Ordinal))
                counts[phrase] = counts.GetValueOrDefault(phrase) + 1;
        }

        return counts
            .Where(c => c.Value > 1 && c.Value >= minShare * titles.Count && (accepts is null || accepts(c.Key)))
            .Select(c => (Phrase: c.Key, Score: Math.Sqrt(c.Value) * Weight(c.Key, weights) * (Negation.IsNegation(c.Key[..c.Key.IndexOf(' ', StringComparison.Ordinal)]) ? NegationFirst : 1)))
            .Where(c => c.Score > 0)
            .OrderByDescending(c => c.Score)
            .ThenByDescending(c => c.Phrase.Length)
            .ThenBy(c => c.Phrase, StringComparer.Ordinal)
            .Select(c => c.Phrase)
            .FirstOrDefault();
    }

    private static IEnumerable<string> Phrases(string title, IReadOnlySet<string> stopWords)
    {
        foreach (IReadOnlyList<string> run in Tokenizer.Split(title))
        {
            for (int start = 0; start < run.Count; start++)
            {
                if (stopWords.Contains(run[start]))
                    continue;

                for (int end = start; end < Math.Min(run.Count, start + LongestPhrase) && !run[end].Any(char.IsDigit); end++)
                {
                    if (end > start && !stopWords.Contains(run[end]) && !Negation.IsNegation(run[end]))
                        yield return string.Join(' ', run.Skip(start).Take(end - start + 1));
                }
            }
        }
    }

    // Each stem counts once, so that a repeated word does not make a phrase say more.
    private static double Weight(string phrase, Dictionary<string, double> weights) =>
        phrase.Split(' ').Select(WordStem.Of).Distinct(StringComparer.Ordinal).Sum(stem => weights.GetValueOrDefault(stem));
}
