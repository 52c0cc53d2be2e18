using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Classification;

/// <summary>Finds the words of a text that speak for a problem.</summary>
internal static class DecidingWords
{
    private const int Most = 8;

    private static readonly ClassTfIdfOptions AllTerms = new() { Keywords = int.MaxValue, MinPhraseTexts = 1, StopWords = StopWords.All };

    /// <summary>
    /// The keywords of the problem, then those of the cluster, that the text uses, the strongest first; where it uses none, the words that it shares with the cluster's examples.
    /// </summary>
    public static IReadOnlyList<string> Of(string summary, ModelProblem problem, ModelCluster cluster)
    {
        HashSet<string> used = Terms(summary);
        string[] keywords = [.. problem.Keywords.Union(cluster.Keywords, StringComparer.Ordinal).Where(word => used.Contains(word) || (WordSegmentation.IsUnspaced(word[0]) && summary.Contains(word, StringComparison.Ordinal))).Take(Most)];
        if (keywords.Length > 0)
        {
            return keywords;
        }

        return [.. cluster.Examples.SelectMany(Terms).Where(term => !term.Contains(' ', StringComparison.Ordinal) && used.Contains(term)).CountBy(term => term, StringComparer.Ordinal)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(Most).Select(c => c.Key)];
    }

    private static HashSet<string> Terms(string text) => ClassTfIdf.Keywords([text], [0], AllTerms)[0].Select(k => k.Term).ToHashSet(StringComparer.Ordinal);
}
