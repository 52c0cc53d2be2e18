using System.Globalization;
using System.Text;

namespace Pipeline.Intake;

/// <summary>Makes what stands in a cell fit to be stored.</summary>
internal static class CellText
{
    private static readonly HashSet<string> EmptyWords = new(StringComparer.OrdinalIgnoreCase) { "null", "nan", "none", "n/a", "#n/a", "<na>", "(empty)", "\\N", "-" };

    /// <summary>Whether a cell holds nothing: it is blank, or one of the words by which databases and data frames write that.</summary>
    public static bool IsEmpty(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        return trimmed.Length == 0 || (trimmed.Length <= 7 && EmptyWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(trimmed));
    }

    /// <summary>
    /// A text without the white space at its ends and without control characters other than tabs and line ends; separators of pages and lines that are none of these become a blank.
    /// Empty where the cell is.
    /// </summary>
    public static string Text(string cell)
    {
        string text = cell.AsSpan().ContainsAnyExceptInRange(' ', '~') ? Replace(cell, TextCharacter) : cell;
        return IsEmpty(text) ? "" : text.Trim();
    }

    /// <summary>
    /// A name or number on one line: line ends, tabs and every kind of blank become a space, other control characters, marks that turn the direction of writing
    /// and characters that show nothing are dropped. Empty where the cell is.
    /// </summary>
    public static string Name(string cell)
    {
        string name = cell.AsSpan().ContainsAnyExceptInRange(' ', '~') ? Replace(cell, NameCharacter) : cell;
        return IsEmpty(name) ? "" : name.Trim();
    }

    /// <summary>A column's name: as <see cref="Name"/>, without quotes around it.</summary>
    public static string ColumnName(string cell)
    {
        string name = Name(cell);
        return name.Length > 0 ? name.Trim('"', '\'', '“', '”', '„', '«', '»', '‘', '’', '`', ' ') : cell.Trim();
    }

    /// <summary>The first <paramref name="length"/> characters at most, never half of a surrogate pair.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private static string Replace(string text, Func<char, char> replacement)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (replacement(c) is var kept and not '\0')
            {
                result.Append(kept);
            }
        }

        return result.ToString();
    }

    private static char TextCharacter(char c) => c switch
    {
        '\t' or '\n' or '\r' => c,
        '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' => ' ',
        _ => char.IsControl(c) ? '\0' : c,
    };

    // The joiners stay: scripts and emoji need them.
    private static char NameCharacter(char c) => c switch
    {
        '\u200C' or '\u200D' => c,
        '\t' or '\n' or '\r' or '\v' or '\f' or '\u0085' => ' ',
        _ => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? '\0' : char.IsWhiteSpace(c) ? ' ' : c,
    };
}
