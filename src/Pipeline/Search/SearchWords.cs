using System.Globalization;
using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Search;

/// <summary>Words as the index tells them apart: runs of letters, marks and numbers, without regard to case and to the diacritics of Latin letters.</summary>
public static class SearchWords
{
    /// <summary>The words of a text, each once, in the order of their first place.</summary>
    public static IReadOnlyList<string> Of(string text) => [.. All(text).Distinct(StringComparer.Ordinal)];

    /// <summary>The words of a text, each once with how often it stands there, in the order of their first place.</summary>
    public static IReadOnlyList<(string Word, int Count)> Counted(string text) => [.. All(text).CountBy(word => word, StringComparer.Ordinal).Select(word => (word.Key, word.Value))];

    /// <summary>Where the words stand in a text: start and end in UTF-16 characters, in order.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Places(string text, IEnumerable<string> words)
    {
        HashSet<string> wanted = new(words, StringComparer.Ordinal);
        return [.. Runs(text).Where(run => wanted.Contains(Folded(text[run]))).Select(run => (IReadOnlyList<int>)[run.Start.Value, run.End.Value])];
    }

    private static IEnumerable<string> All(string text) => Runs(text).Select(run => Folded(text[run])).Where(word => word.EnumerateRunes().Any(r => !IsMark(r)));

    private static IEnumerable<Range> Runs(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = -1;
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool inside = IsMark(rune) || Rune.IsLetter(rune) || Rune.IsNumber(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.PrivateUse;
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

    // As FTS5 folds: a Latin letter loses its marks, one of another script keeps what it is composed with, such as й; marks of the block of combining diacritics that are left over go.
    private static string Folded(string word)
    {
        StringBuilder folded = new(word.Length);
        foreach (Rune rune in CanonicalForm.Compose(word).EnumerateRunes())
        {
            Rune letter = Rune.IsLetter(rune) ? Rune.GetRuneAt(CanonicalForm.Decompose(rune.ToString()), 0) : rune;
            if (rune.Value is not (>= 0x300 and <= 0x36F))
            {
                folded.Append(Lower(IsLatin(letter) ? letter : rune).ToString());
            }
        }

        return folded.ToString();
    }

    private static bool IsLatin(Rune letter) => letter.Value is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= 0xC0 and <= 0x24F);

    // Three letters are another form of a small one.
    private static Rune Lower(Rune rune) => rune.Value switch
    {
        'ς' => new Rune('σ'),
        'µ' => new Rune('μ'),
        'ſ' => new Rune('s'),
        _ => Rune.ToLowerInvariant(rune),
    };

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
