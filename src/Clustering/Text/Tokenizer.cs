using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>Splits texts into the words that keywords are made of.</summary>
public static class Tokenizer
{
    /// <summary>What French and Italian write before an apostrophe.</summary>
    private static readonly FrozenSet<string> Elisions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "l", "d", "qu", "j", "n", "s", "c", "m", "t", "jusqu", "lorsqu", "puisqu", "un", "dell", "all", "dall", "nell", "sull", "quest", "quell");

    /// <summary>
    /// The runs of words between punctuation, in lower case. A word is a run of letters and digits, with apostrophes, hyphens, underscores and dots inside it; words
    /// without a letter, of a single character, and masks such as [EMAIL], &lt;EMAIL&gt; or &lt;email&gt; are left out. One in lower case ends a run, as punctuation does. O(length).
    /// </summary>
    /// <remarks>An elided article or preposition is a word of its own: "l'imprimante" is "l'" and "imprimante".</remarks>
    /// <param name="text">Any text.</param>
    /// <param name="lowerCase">Whether the words come in lower case; otherwise as they are written.</param>
    /// <returns>One list of words for every run that has any.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Split(string text, bool lowerCase = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<IReadOnlyList<string>> runs = [];
        List<string> run = [];
        int at = 0;
        while (at < text.Length)
        {
            int end = WordEnd(text, at);
            if (end > at)
            {
                if (IsWord(text.AsSpan(at, end - at)))
                    AddWord(run, (lowerCase ? text[at..end].ToLowerInvariant() : text[at..end]).Replace('’', '\''));
                at = end;
                continue;
            }

            int after = MaskEnd(text, at);
            bool isPassedOver = char.IsWhiteSpace(text[at]) || (after > at && !text.AsSpan(at, after - at).ContainsAnyInRange('a', 'z'));
            if (!isPassedOver && run.Count > 0)
            {
                runs.Add(run);
                run = [];
            }

            at = Math.Max(after, at + 1);
        }

        if (run.Count > 0)
            runs.Add(run);
        return runs;
    }

    private static void AddWord(List<string> run, string word)
    {
        int apostrophe = word.IndexOf('\'', StringComparison.Ordinal);
        if (apostrophe > 0 && apostrophe < word.Length - 2 && Elisions.Contains(word[..apostrophe]))
        {
            run.Add(word[..(apostrophe + 1)]);
            word = word[(apostrophe + 1)..];
        }

        run.Add(word);
    }

    private static int WordEnd(string text, int start)
    {
        int end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || (end > start && IsJoint(text, end))))
            end++;
        return end;
    }

    private static bool IsJoint(string text, int at) =>
        text[at] is '\'' or '’' or '-' or '_' or '.' && at + 1 < text.Length && char.IsLetterOrDigit(text[at + 1]);

    private static bool IsWord(ReadOnlySpan<char> word)
    {
        foreach (char c in word)
        {
            if (char.IsLetter(c))
                return word.Length > 1;
        }

        return false;
    }

    /// <summary>Where a mask that opens here ends; the start where none opens.</summary>
    private static int MaskEnd(string text, int start)
    {
        char close = text[start] switch { '[' => ']', '<' => '>', _ => '\0' };
        if (close == '\0')
            return start;
        int end = start + 1;
        while (end < text.Length && (char.IsAsciiLetterUpper(text[end]) || (close == '>' && char.IsAsciiLetterLower(text[end])) || char.IsAsciiDigit(text[end]) || text[end] is '_' or '-'))
            end++;
        return end > start + 1 && end < text.Length && text[end] == close ? end + 1 : start;
    }
}
