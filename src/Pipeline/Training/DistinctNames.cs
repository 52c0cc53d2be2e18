using System.Globalization;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>
/// Makes the names of groups differ. Two names are twins when one has all words of the other: of these the later group takes the best of its other wordings that is no twin
/// of a name before it. Where it has none, names that are equal, have the same words, or of which one opens with the other take on the word that tells their groups apart.
/// </summary>
internal static class DistinctNames
{
    private const int Passes = 6;

    /// <summary>The names, each different from all others.</summary>
    /// <param name="names">A name per group, in lower case where it was made of keywords.</param>
    /// <param name="others">The other wordings of each group, the best first.</param>
    /// <param name="keywords">Each group's words that may stand in a name.</param>
    /// <param name="extended">The name of a group that takes on a word.</param>
    public static string[] Of(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<string>> others, IReadOnlyList<IReadOnlyList<Keyword>> keywords, Func<int, string, string, string> extended)
    {
        string[] result = [.. names];
        Choose(result, others);
        bool changed = true;
        for (int pass = 0; changed && pass < Passes; pass++)
        {
            changed = false;
            for (int group = 0; group < result.Length; group++)
            {
                int rival = Rival(result, group);
                string? word = rival < 0 ? null : DistinctWord(result[group], result[rival], keywords[group], keywords[rival]);
                if (word is null)
                {
                    continue;
                }

                bool own = IsOfKeywords(result[group]);
                if (own || (rival < group && Same(result[rival], result[group])))
                {
                    result[group] = own ? extended(group, result[group], word) : $"{result[group]}, {word}";
                    changed = true;
                }
            }
        }

        return Numbered(result);
    }

    // Names that somebody chose stay. A wording that is no twin is best; next, one that says more than the others, as long as none opens with another.
    private static void Choose(string[] names, IReadOnlyList<IReadOnlyList<string>> others)
    {
        List<string> taken = [.. names.Where(name => !IsOfKeywords(name))];
        for (int group = 0; group < names.Length; group++)
        {
            if (!IsOfKeywords(names[group]))
            {
                continue;
            }

            string[] wordings = [names[group], .. others[group]];
            names[group] = wordings.FirstOrDefault(wording => !taken.Exists(name => AreTwins(wording, name)))
                ?? wordings.FirstOrDefault(wording => !taken.Exists(name => HasAll(WordsOf(name), WordsOf(wording)) || OpensWith(wording, name)))
                ?? names[group];
            taken.Add(names[group]);
        }
    }

    private static bool AreTwins(string first, string second)
    {
        string[] one = WordsOf(first), other = WordsOf(second);
        return HasAll(one, other) || HasAll(other, one);
    }

    private static bool HasAll(string[] words, string[] part) => part.All(word => words.Any(own => Inflections(own, word)));

    /// <summary>Whether a name was made of keywords, and not by somebody who chose its capitals.</summary>
    public static bool IsOfKeywords(string name) => !name.Any(char.IsUpper);

    private static int Rival(string[] names, int group)
    {
        for (int other = 0; other < names.Length; other++)
        {
            if (other != group && (Same(names[group], names[other]) || OpensWith(names[other], names[group])))
            {
                return other;
            }
        }

        return -1;
    }

    private static bool OpensWith(string name, string start) =>
        name.Length > start.Length && name.StartsWith(start, StringComparison.OrdinalIgnoreCase) && !char.IsLetterOrDigit(name[start.Length]);

    private static bool Same(string first, string second) =>
        string.Equals(first, second, StringComparison.OrdinalIgnoreCase)
        || (first.Length == second.Length && WordsOf(first).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(WordsOf(second)));

    private static string? DistinctWord(string name, string rival, IReadOnlyList<Keyword> own, IReadOnlyList<Keyword> others)
    {
        Dictionary<string, double> theirs = others.ToDictionary(keyword => keyword.Term, keyword => keyword.Weight, StringComparer.Ordinal);
        string[] used = [.. WordsOf(name), .. WordsOf(rival)];
        return own.Where(keyword => !keyword.Term.Contains(' ', StringComparison.Ordinal) && !used.Any(word => Inflections(word, keyword.Term)))
            .MaxBy(keyword => keyword.Weight - theirs.GetValueOrDefault(keyword.Term))?.Term;
    }

    /// <summary>Whether two words look like forms of one.</summary>
    public static bool Inflections(string word, string other)
    {
        int length = Math.Max(3, Math.Min(word.Length, other.Length) - 2);
        return string.Compare(word, 0, other, 0, length, StringComparison.OrdinalIgnoreCase) == 0 && Math.Abs(word.Length - other.Length) <= 4;
    }

    private static string[] WordsOf(string name) => name.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static string[] Numbered(string[] names)
    {
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        for (int group = 0; group < names.Length; group++)
        {
            string name = names[group];
            for (int number = 2; !taken.Add(names[group]); number++)
            {
                names[group] = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
            }
        }

        return names;
    }
}
