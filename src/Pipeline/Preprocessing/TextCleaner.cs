using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Preprocessing;

/// <summary>
/// Takes from a ticket's text what is not the problem: HTML tags and entities, control and invisible characters, reply headers,
/// greetings, closing formulas and repeated white space. Conservative: a line is dropped only where it is nothing but a header or a formula.
/// The result is in Unicode NFC; cleaning it again changes nothing. Linear time; no state.
/// </summary>
public static partial class TextCleaner
{
    /// <summary>Entities may hide entities or tags (<c>&amp;lt;br&amp;gt;</c>): the passes after which what is left stays.</summary>
    private const int MaxPasses = 5;

    /// <summary>The cleaned text: lines separated by single line feeds, no blank lines, no white space at either end of a line.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            string before = text;
            text = KeepContentLines(CanonicalForm.Compose(WithoutMarkup(text)));
            if (string.Equals(before, text, StringComparison.Ordinal))
                break;
        }

        return text;
    }

    private static string WithoutMarkup(string text)
    {
        if (text.Contains('<', StringComparison.Ordinal))
        {
            text = HiddenElements().Replace(text, " ");
            text = BlockTags().Replace(text, "\n");
            text = InlineTags().Replace(text, string.Empty);
        }

        if (text.Contains('&', StringComparison.Ordinal))
            text = WebUtility.HtmlDecode(text);

        return text.Contains("[code]", StringComparison.OrdinalIgnoreCase) || text.Contains("[/code]", StringComparison.OrdinalIgnoreCase)
            ? CodeMarkers().Replace(text, " ")
            : text;
    }

    private static string KeepContentLines(string text)
    {
        List<string> lines = [];
        StringBuilder line = new();
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] is '\n' or '\r' or '\u2028' or '\u2029' or '\u0085')
            {
                AddContent(line.ToString().Trim(), lines);
                line.Clear();
            }
            else if (char.IsWhiteSpace(text[i]) || char.IsControl(text[i]))
            {
                if (line.Length > 0 && line[^1] != ' ')
                    line.Append(' ');
            }
            else if (!IsInvisible(text[i]))
            {
                line.Append(text[i]);
            }
        }

        return string.Join('\n', WithoutReplyHeaders(lines));
    }

    private static void AddContent(string line, List<string> lines)
    {
        string content = line.Length > 0 ? Opening().Replace(line, string.Empty) : line;
        if (content.Length > 0 && !Separator().IsMatch(content) && !Closing().IsMatch(content))
            lines.Add(content);
    }

    /// <summary>Drops header lines that stand together or hold an address; of a subject, its label goes and its words stay.</summary>
    private static IEnumerable<string> WithoutReplyHeaders(List<string> lines)
    {
        bool previous = false;
        for (int i = 0; i < lines.Count; i++)
        {
            bool header = ReplyHeader().IsMatch(lines[i]);
            bool drop = header && (previous || lines[i].Contains('@', StringComparison.Ordinal) || (i + 1 < lines.Count && ReplyHeader().IsMatch(lines[i + 1])));
            string kept = drop ? SubjectLabel().Match(lines[i]) is { Success: true } label ? lines[i][label.Length..] : string.Empty : lines[i];
            previous = header;
            if (kept.Length > 0)
                yield return kept;
        }
    }

    /// <summary>Whether it is a format character such as the zero-width space or the soft hyphen; the joiners stay, as scripts need them.</summary>
    private static bool IsInvisible(char character) => character > '\u007F' && char.GetUnicodeCategory(character) == UnicodeCategory.Format && character is not ('\u200C' or '\u200D');

    [GeneratedRegex(@"<!--(?:[^-]|-[^-])*-->|<style\b[^<]*</style\s*>|<script\b[^<]*</script\s*>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HiddenElements();

    [GeneratedRegex(@"</?(?:p|div|br|hr|li|ul|ol|tr|table|tbody|thead|h[1-6]|blockquote|pre|html|body|head)(?:\s[^<>]*=[^<>]*)?\s*/?>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex BlockTags();

    [GeneratedRegex(@"</?(?:a|b|i|u|s|em|strong|span|font|td|th|img|code|small|big|sub|sup|o:p|center|title|meta|link|col|colgroup|label|input|button|section|tt)(?:\s[^<>]*=[^<>]*)?\s*/?>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex InlineTags();

    [GeneratedRegex(@"\[/?code\]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex CodeMarkers();

    [GeneratedRegex(@"^(?:>\s*)*(?:from|sent|to|cc|bcc|subject|date|von|gesendet|an|betreff|received from|importance)\s?:(?: |$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ReplyHeader();

    [GeneratedRegex(@"^(?:>\s*)*(?:subject|betreff)\s?:\s*(?:(?:re|fw|fwd|aw|wg)\s?:\s*)*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SubjectLabel();

    [GeneratedRegex(@"^(?:[-_=*~#>. ]+|-{2,} ?(?:original message|forwarded message|urspr.ngliche nachricht) ?-{2,})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo)(?: (?:all|team|there|everyone|sir|madam|sirs|colleagues|support|help ?desk|service ?desk|it|sir/madam|sir or madam|both|guys|folks))*\s*[,!.:]+\s*)+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Opening();

    [GeneratedRegex(@"^(?:(?:hi|hello|hey|dear)(?: (?:all|team|there|everyone|sir|madam|support))*|(?:many |kind |best |warm |with )*(?:thanks|thank you|thx|regards|cheers|sincerely|br|rgds)(?:(?: |,|&|/|\+|!|\.)*(?:and|a lot|so much|very much|in advance|in anticipation|kind|best|warm|with|many|thanks|thank you|regards|yours|sincerely))*|(?:yours )?(?:sincerely|faithfully|truly)|sent from my [a-z0-9 ]{1,30}|get outlook for [a-z]{1,10})(?: |,|!|\.|-)*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Closing();
}
