using System.Globalization;
using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Search;

/// <summary>Words as the index tells them apart: runs of letters, marks and digits, without regard to case and diacritics.</summary>
public static class SearchWords
{
    /// <summary>The words of a text, each once, in the order of their first place.</summary>
    public static IReadOnlyList<string> Of(string text) => [.. Runs(text).Select(run => Folded(text[run])).Distinct(StringComparer.Ordinal)];

    /// <summary>Where the words stand in a text: start and end in UTF-16 characters, in order.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Places(string text, IEnumerable<string> words)
    {
        HashSet<string> wanted = new(words, StringComparer.Ordinal);
        return [.. Runs(text).Where(run => wanted.Contains(Folded(text[run]))).Select(run => (IReadOnlyList<int>)[run.Start.Value, run.End.Value])];
    }

    private static IEnumerable<Range> Runs(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = -1;
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool inside = Rune.IsLetterOrDigit(rune) || (start >= 0 && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
            if (inside && start < 0)
            {
                start = at;
            }
            else if (!inside && start >= 0)
            {
                yield return start..at;
                start = -1;
            }

            at += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            yield return start..at;
        }
    }

    // Composed again, for syllables of Hangul come apart as well.
    private static string Folded(string word)
    {
        StringBuilder folded = new(word.Length);
        foreach (Rune rune in CanonicalForm.Decompose(word).EnumerateRunes().Where(r => Rune.GetUnicodeCategory(r) != UnicodeCategory.NonSpacingMark))
        {
            folded.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return CanonicalForm.Compose(folded.ToString());
    }
}
