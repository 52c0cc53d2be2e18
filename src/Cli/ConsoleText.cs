using System.Globalization;
using System.Text;

namespace Pipeline.Cli;

/// <summary>Texts of others, such as names in a file, as they may stand on a line of the console.</summary>
internal static class ConsoleText
{
    private const int LongestName = 40;

    /// <summary>The text on one line: without control characters, and without marks that turn the direction of writing or show nothing.</summary>
    public static string Line(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder line = new(text.Length);
        foreach (char c in text)
        {
            if (c is '\n' or '\r' or '\t' or '\u2028' or '\u2029')
            {
                line.Append(' ');
            }
            else if (!char.IsControl(c) && (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.Format || c is '\u200C' or '\u200D'))
            {
                line.Append(c);
            }
        }

        return line.ToString();
    }

    /// <summary>A name for a table's column: long ones are cut, so that the table keeps its width.</summary>
    public static string Name(string name)
    {
        StringInfo line = new(Line(name));
        return line.LengthInTextElements <= LongestName ? line.String : line.SubstringByTextElements(0, LongestName - 1) + "…";
    }
}
