using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>Finds the words that are spread evenly over the classes of texts: whatever the language, they tell no class from another.</summary>
public static class SpreadWords
{
    private const int FewestClasses = 8;

    /// <summary>The mean share of a class's texts that have such a word.</summary>
    private const double FrequentFrom = 0.05;

    /// <summary>The largest coefficient of variation of that share between classes, chance taken off.</summary>
    private const double EvenUpTo = 0.5;

    /// <summary>The words, in lower case; none where there are fewer than eight classes.</summary>
    /// <remarks>
    /// The variance that drawing the texts of a class by chance gives, p(1 - p) / n, is taken from the variance of the shares between classes; what is left
    /// must be small against the mean share. O(words).
    /// </remarks>
    /// <param name="texts">The texts.</param>
    /// <param name="labels">One label per text; texts with negative labels do not count.</param>
    /// <exception cref="ArgumentException">There are not as many labels as texts.</exception>
    public static IReadOnlySet<string> Find(IReadOnlyList<string> texts, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != texts.Count)
            throw new ArgumentException($"There are {labels.Count} labels for {texts.Count} texts.", nameof(labels));
        Dictionary<int, int> sizes = labels.Where(label => label >= 0).CountBy(label => label).ToDictionary();
        if (sizes.Count < FewestClasses)
            return FrozenSet<string>.Empty;

        Dictionary<string, Dictionary<int, int>> counts = new(StringComparer.Ordinal);
        for (int i = 0; i < texts.Count; i++)
        {
            if (labels[i] < 0)
                continue;
            foreach (string word in Tokenizer.Split(texts[i]).SelectMany(run => run).Distinct(StringComparer.Ordinal))
            {
                if (!counts.TryGetValue(word, out Dictionary<int, int>? ofClasses))
                    counts.Add(word, ofClasses = []);
                ofClasses[labels[i]] = ofClasses.GetValueOrDefault(labels[i]) + 1;
            }
        }

        double chance = sizes.Values.Average(size => 1.0 / size);
        return counts.Where(word => IsEven(word.Value, sizes, chance)).Select(word => word.Key).ToFrozenSet(StringComparer.Ordinal);
    }

    private static bool IsEven(Dictionary<int, int> counts, Dictionary<int, int> sizes, double chance)
    {
        double mean = counts.Sum(c => (double)c.Value / sizes[c.Key]) / sizes.Count;
        if (mean < FrequentFrom)
            return false;
        double variance = sizes.Sum(size => Math.Pow(((double)counts.GetValueOrDefault(size.Key) / size.Value) - mean, 2)) / (sizes.Count - 1);
        return variance - (mean * (1 - mean) * chance) <= EvenUpTo * EvenUpTo * mean * mean;
    }
}
