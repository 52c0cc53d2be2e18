namespace Pipeline.Clustering;

/// <summary>Counts words and phrases per class.</summary>
/// <param name="options">The longest phrase, how often it must occur, and the stop words.</param>
internal sealed class TermCounts(ClassTfIdfOptions options)
{
    private readonly Dictionary<int, Dictionary<string, int>> _classes = [];
    private readonly Dictionary<string, int> _phraseTexts = new(StringComparer.Ordinal);

    /// <summary>Counts the terms of one text. Phrases stay within a run and skip stop words.</summary>
    public void Add(int label, IReadOnlyList<IReadOnlyList<string>> runs)
    {
        if (!_classes.TryGetValue(label, out Dictionary<string, int>? counts))
            _classes.Add(label, counts = new Dictionary<string, int>(StringComparer.Ordinal));
        HashSet<string> phrases = new(StringComparer.Ordinal);
        foreach (IReadOnlyList<string> run in runs)
        {
            List<string> words = Negation.Fold(run, options.StopWords);
            for (int i = 0; i < words.Count; i++)
                AddTermsAt(words, i, counts, phrases);
        }

        foreach (string phrase in phrases)
            _phraseTexts[phrase] = _phraseTexts.GetValueOrDefault(phrase) + 1;
    }

    /// <summary>The counts, without the phrases that stand in too few texts.</summary>
    public IReadOnlyDictionary<int, Dictionary<string, int>> ByClass()
    {
        foreach (Dictionary<string, int> counts in _classes.Values)
        {
            foreach (string term in counts.Keys.Where(term => _phraseTexts.TryGetValue(term, out int texts) && texts < options.MinPhraseTexts).ToArray())
                counts.Remove(term);
        }

        return _classes;
    }

    private void AddTermsAt(List<string> words, int start, Dictionary<string, int> counts, HashSet<string> phrases)
    {
        string term = words[start];
        counts[term] = counts.GetValueOrDefault(term) + 1;
        for (int i = start + 1; i < start + options.MaxWords && i < words.Count; i++)
        {
            if (string.Equals(words[i], words[i - 1], StringComparison.Ordinal))
                return;
            term = $"{term} {words[i]}";
            counts[term] = counts.GetValueOrDefault(term) + 1;
            phrases.Add(term);
        }
    }
}
