using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>Keeps "not working" from becoming "working": a negated word is one word that starts with "not".</summary>
internal static class Negation
{
    private const string Not = "not";
    private const string PortugueseArticle = "uma";

    /// <summary>Words that may stand between a negation and what it negates.</summary>
    private static readonly FrozenSet<string> Fillers = FrozenSet.Create(StringComparer.Ordinal, "be", "been", "being", "able", "to", "yet", "get", "getting");

    /// <summary>The words of a run without stop words and what a question of degree asks for, each negation joined to the word it negates and dropped where that is a stop word.</summary>
    public static List<string> Fold(IReadOnlyList<string> run, IReadOnlySet<string> stopWords)
    {
        List<string> words = [];
        bool fold = !stopWords.Contains(Not), negated = false, asked = false;
        foreach (string word in run)
        {
            bool degree = asked;
            asked = DegreeQuestion.Is(word, stopWords);
            if (fold && IsNegation(word))
            {
                negated = true;
            }
            else if (stopWords.Contains(word))
            {
                negated &= Fillers.Contains(word);
            }
            else if (!degree)
            {
                words.Add(negated ? $"{Not} {word}" : word);
                negated = false;
            }
        }

        return words;
    }

    /// <summary>Whether a phrase says the opposite without the word before it: <see cref="IsNegation"/>, or an English "no", which is "in the" in Portuguese.</summary>
    /// <param name="word">The word in lower case.</param>
    /// <param name="stopWords">The stop words of the texts' languages.</param>
    public static bool Precedes(string word, IReadOnlySet<string> stopWords) => IsNegation(word) || word is "nobody" or "nothing" or "never" || (word is "no" && !stopWords.Contains(PortugueseArticle));

    /// <summary>Whether a word negates the next.</summary>
    public static bool IsNegation(string word) =>
        word is Not or "cannot" or "cant" or "dont" or "doesnt" or "didnt" or "isnt" or "wont" || word.EndsWith("n't", StringComparison.Ordinal);
}
