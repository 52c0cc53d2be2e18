namespace Pipeline.Clustering;

/// <summary>Finds the wording that a cluster's own titles use for what they have in common.</summary>
public static class TitlePhrase
{
    private const int LongestPhrase = 6;

    /// <summary>Of the frequent phrases these many are held against all titles, in whatever order those have the words.</summary>
    private const int MostCandidates = 200;

    /// <summary>What a phrase counts that starts with a negation, which says what is not without saying of what.</summary>
    private const double NegationFirst = 0.5;

    /// <summary>What a phrase counts that most titles negate: by itself it says the opposite.</summary>
    private const double NegationLost = 0.25;

    /// <summary>How far before a phrase a negation may stand.</summary>
    private const int NegationReach = 2;

    /// <summary>
    /// The run of words, as titles write it, with the greatest product of the keyword weight of its words and the square root of the share of titles that have it (the geometric
    /// mean of those that have it as it is and those that have its words in any order), such as "card payment not possible". Neither end is a stop word, nor does it start with what a question of degree asks for ("how long"); a negation may start it, for half the score, and one that most titles have before it counts a
    /// quarter without; words with digits (hosts, numbers) end a run.
    /// </summary>
    /// <remarks>O(words x <c>longest phrase</c>) time and memory. Deterministic: ties go to the longer, then the ordinally first phrase.</remarks>
    /// <param name="titles">The titles of the cluster's members.</param>
    /// <param name="keywords">The cluster's keywords, single words among them.</param>
    /// <param name="minShare">The share of titles that must have the phrase's words, above 0 to 1; two titles at least have it as it is.</param>
    /// <param name="stopWords">Words that say nothing, in lower case; null for the English ones.</param>
    /// <param name="accepts">Which phrases may be answered; null for all.</param>
    /// <returns>The phrase in lower case, two words or more; null where no phrase is frequent enough.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minShare"/> is out of its range.</exception>
    public static string? Find(IReadOnlyList<string> titles, IReadOnlyList<Keyword> keywords, double minShare = 0.15, IReadOnlySet<string>? stopWords = null, Func<string, bool>? accepts = null) =>
        Rank(titles, keywords, minShare, stopWords).Select(phrase => phrase.Term).FirstOrDefault(accepts ?? (_ => true));

    /// <summary>All phrases that are frequent enough, each with its score, the best first; see <see cref="Find"/>.</summary>
    /// <param name="titles">The titles of the cluster's members.</param>
    /// <param name="keywords">The cluster's keywords, single words among them.</param>
    /// <param name="minShare">The share of titles that must have the phrase's words, above 0 to 1; two titles at least have it as it is.</param>
    /// <param name="stopWords">Words that say nothing, in lower case; null for the English ones.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minShare"/> is out of its range.</exception>
    public static IReadOnlyList<Keyword> Rank(IReadOnlyList<string> titles, IReadOnlyList<Keyword> keywords, double minShare = 0.15, IReadOnlySet<string>? stopWords = null)
    {
        ArgumentNullException.ThrowIfNull(titles);
        ArgumentNullException.ThrowIfNull(keywords);
        if (minShare is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(minShare), minShare, $"minShare is {minShare}; it must be above 0 and at most 1.");

        stopWords ??= StopWords.English;
        Dictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (Keyword keyword in keywords.Where(k => !k.Term.Contains(' ', StringComparison.Ordinal)))
            weights.TryAdd(WordStem.Of(keyword.Term), keyword.Weight);

        (IReadOnlyList<IReadOnlyList<string>> Runs, int Copies)[] different = [.. titles.CountBy(title => title, StringComparer.Ordinal).Select(title => (Tokenizer.Split(title.Key), title.Value))];
        (HashSet<string> Stems, int Copies)[] stems = [.. different.Select(title => (title.Runs.SelectMany(run => run).Select(WordStem.Of).ToHashSet(StringComparer.Ordinal), title.Copies))];
        Dictionary<string, (int Count, int Negated)> counts = new(StringComparer.Ordinal);
        foreach ((IReadOnlyList<IReadOnlyList<string>> runs, int copies) in different)
        {
            foreach ((string phrase, bool negated) in runs.SelectMany(run => Phrases(run, stopWords)).DistinctBy(p => p.Phrase, StringComparer.Ordinal))
            {
                (int count, int before) = counts.GetValueOrDefault(phrase);
                counts[phrase] = (count + copies, before + (negated ? copies : 0));
            }
        }

        return
        [
            .. counts.Where(c => c.Value.Count > 1)
                .Select(c => (Phrase: c.Key, Weight: Weight(c.Key, weights) * Sign(c.Key, c.Value.Count, c.Value.Negated), c.Value.Count))
                .Where(c => c.Weight > 0)
                .OrderByDescending(c => c.Weight * Math.Sqrt(c.Count)).ThenBy(c => c.Phrase, StringComparer.Ordinal).Take(MostCandidates)
                .Select(c => (c.Phrase, c.Weight, c.Count, Titles: Having(c.Phrase, stems, stopWords)))
                .Where(c => c.Titles >= minShare * titles.Count)
                .Select(c => new Keyword(c.Phrase, c.Weight * Math.Sqrt(Math.Sqrt((double)c.Titles * c.Count) / titles.Count)))
                .OrderByDescending(phrase => phrase.Weight)
                .ThenByDescending(phrase => phrase.Term.Length)
                .ThenBy(phrase => phrase.Term, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<(string Phrase, bool Negated)> Phrases(IReadOnlyList<string> run, IReadOnlySet<string> stopWords)
    {
        for (int start = 0; start < run.Count; start++)
        {
            if (stopWords.Contains(run[start]) || (start > 0 && DegreeQuestion.Is(run[start - 1], stopWords)))
                continue;

            bool negated = run.Take(start).TakeLast(NegationReach).Any(word => Negation.Precedes(word, stopWords));
            for (int end = start; end < Math.Min(run.Count, start + LongestPhrase) && !run[end].Any(char.IsDigit); end++)
            {
                if (end > start && !stopWords.Contains(run[end]) && !Negation.IsNegation(run[end]))
                    yield return (string.Join(' ', run.Skip(start).Take(end - start + 1)), negated);
            }
        }
    }

    private static int Having(string phrase, (HashSet<string> Stems, int Copies)[] titles, IReadOnlySet<string> stopWords)
    {
        string[] words = [.. phrase.Split(' ').Where(word => !stopWords.Contains(word)).Select(WordStem.Of)];
        return titles.Where(title => Array.TrueForAll(words, title.Stems.Contains)).Sum(title => title.Copies);
    }

    private static double Sign(string phrase, int count, int negated) =>
        Negation.IsNegation(phrase[..phrase.IndexOf(' ', StringComparison.Ordinal)]) ? NegationFirst : 2 * negated > count ? NegationLost : 1;

    // Each stem counts once, so that a repeated word does not make a phrase say more.
    private static double Weight(string phrase, Dictionary<string, double> weights) =>
        phrase.Split(' ').Select(WordStem.Of).Distinct(StringComparer.Ordinal).Sum(stem => weights.GetValueOrDefault(stem));
}
