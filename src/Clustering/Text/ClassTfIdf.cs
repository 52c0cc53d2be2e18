namespace Pipeline.Clustering;

/// <summary>
/// Class-based TF-IDF (Grootendorst 2022, "BERTopic", arXiv:2203.05794): which words and phrases set each class of texts apart. The weight of a term in a class
/// is its share of the class's terms times log(1 + A / f), with A the mean number of terms per class and f the term's number over all classes.
/// </summary>
public static class ClassTfIdf
{
    /// <summary>The keywords of every class of labelled texts.</summary>
    /// <remarks>Time and memory O(words x <see cref="ClassTfIdfOptions.MaxWords"/>), and a sort of each class's terms.</remarks>
    /// <param name="texts">The texts.</param>
    /// <param name="labels">One label per text. Texts with negative labels (noise) get no keywords, yet count as one class against which the others stand out.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <returns>For each label its keywords, largest weight first, ties in ordinal order; empty for a class without words.</returns>
    /// <exception cref="ArgumentException">There are not as many labels as texts, or an option is out of its range.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<Keyword>> Keywords(IReadOnlyList<string> texts, IReadOnlyList<int> labels, ClassTfIdfOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return KeywordsOfTokens(texts.Count, i => Tokenizer.Split(texts[i]), labels, options ?? new ClassTfIdfOptions());
    }

    /// <summary>The keywords of every class of texts that are split into words already.</summary>
    /// <param name="texts">The words of each text, in lower case and in order.</param>
    /// <param name="labels">One label per text, as for <see cref="Keywords(IReadOnlyList{string}, IReadOnlyList{int}, ClassTfIdfOptions?)"/>.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <returns>For each label its keywords, largest weight first, ties in ordinal order.</returns>
    /// <exception cref="ArgumentException">There are not as many labels as texts, or an option is out of its range.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<Keyword>> Keywords(IReadOnlyList<IReadOnlyList<string>> texts, IReadOnlyList<int> labels, ClassTfIdfOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return KeywordsOfTokens(texts.Count, i => [texts[i]], labels, options ?? new ClassTfIdfOptions());
    }

    private static SortedDictionary<int, IReadOnlyList<Keyword>> KeywordsOfTokens(int count, Func<int, IReadOnlyList<IReadOnlyList<string>>> runs, IReadOnlyList<int> labels, ClassTfIdfOptions options)
    {
        ArgumentNullException.ThrowIfNull(labels);
        options.Validate();
        if (labels.Count != count)
            throw new ArgumentException($"There are {labels.Count} labels for {count} texts.", nameof(labels));
        TermCounts terms = new(options);
        for (int i = 0; i < count; i++)
            terms.Add(Math.Max(labels[i], -1), runs(i));

        IReadOnlyDictionary<int, Dictionary<string, int>> classes = terms.ByClass();
        Dictionary<string, long> overall = new(StringComparer.Ordinal);
        long all = 0;
        foreach (Dictionary<string, int> counts in classes.Values)
        {
            foreach ((string term, int number) in counts)
            {
                overall[term] = overall.GetValueOrDefault(term) + number;
                all += number;
            }
        }

        double mean = (double)all / Math.Max(classes.Count, 1);
        SortedDictionary<int, IReadOnlyList<Keyword>> result = [];
        foreach ((int label, Dictionary<string, int> counts) in classes.Where(entry => entry.Key >= 0))
        {
            double size = counts.Values.Sum(number => (long)number);
            result.Add(label, [.. counts
                .Select(entry => new Keyword(entry.Key, entry.Value / size * Math.Log(1 + (mean / overall[entry.Key]))))
                .OrderByDescending(keyword => keyword.Weight)
                .ThenBy(keyword => keyword.Term, StringComparer.Ordinal)
                .Take(options.Keywords)]);
        }

        return result;
    }
}
