using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>Words that ask how much: "how long", "wie lange", "cuánto tiempo". What follows such a word is a part of the question and says nothing without it.</summary>
internal static class DegreeQuestion
{
    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.Ordinal, "how", "wie", "hoe", "combien", "cuánto", "cuánta", "cuántos", "cuántas", "quanto", "quanta", "quantos", "quantas", "quanti", "quante", "jak");

    /// <summary>Whether a word asks so in a language of the texts.</summary>
    /// <param name="word">The word in lower case.</param>
    /// <param name="stopWords">The stop words of the texts' languages.</param>
    public static bool Is(string word, IReadOnlySet<string> stopWords) => Words.Contains(word) && stopWords.Contains(word);
}
