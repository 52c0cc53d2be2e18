using System.Globalization;
using System.Text;

namespace Pipeline;

/// <summary>
/// Texts of others without what a terminal, a log or a mail program would act on: control characters (C0, C1, DEL), with which escape sequences begin, and characters that show nothing or turn the
/// direction of writing. What is left is shown as it reads. Markup stays, as text: who shows it as markup escapes it.
/// </summary>
public static class InertText
{
    /// <summary>The text on one line: line breaks and tabs become spaces.</summary>
    public static string Line(string text) => Of(text, keepLines: false);

    /// <summary>The text with its line breaks, each a line feed.</summary>
    public static string Lines(string text) => Of(text, keepLines: true);

    private static string Of(string text, bool keepLines)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder inert = new(text.Length);
        foreach (Rune rune in (keepLines ? text.ReplaceLineEndings("\n") : text).EnumerateRunes())
        {
            if (keepLines && rune.Value == '\n')
            {
                inert.Append('\n');
            }
            else if (rune.Value is '\n' or '\r' or '\t' or '\u2028' or '\u2029')
            {
                inert.Append(' ');
            }
            else if (!Rune.IsControl(rune) && (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format || rune.Value is '\u200C' or '\u200D'))
            {
                // Some scripts cannot be written without the joiners.
                inert.Append(rune);
            }
        }

        return inert.ToString();
    }
}
