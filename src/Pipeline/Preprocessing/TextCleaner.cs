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

    /// <summary>
    /// The cleaned text: lines separated by single line feeds, no blank lines, no white space at either end of a line:
    /// <see cref="WithoutFormulas"/> of <see cref="Plain"/>, until nothing changes.
    /// </summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UntilStable(text, static text => WithoutFormulas(Plain(text)));
    }

    /// <summary>The text without markup, control and invisible characters (direction overrides too) and blank lines. It still has its greetings and headers, by which names are recognised.</summary>
    public static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UntilStable(text, static text => KeepLines(CanonicalForm.Compose(WithoutMarkup(text))));
    }

    /// <summary>A plain text, masked or not, without reply headers, greetings, closing formulas and the masked names in them.</summary>
    public static string WithoutFormulas(string plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        return UntilStable(plain, static text => string.Join('\n', WithoutReplyHeaders(ContentOf(text.Split('\n')))));
    }

    private static string UntilStable(string text, Func<string, string> clean)
    {
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            string before = text;
            text = clean(text);
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

    private static string KeepLines(string text)
    {
        List<string> lines = [];
        StringBuilder line = new();
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] is '\n' or '\r' or '\u2028' or '\u2029' or '\u0085')
            {
                if (line.ToString().Trim() is { Length: > 0 } kept)
                    lines.Add(kept);

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

        return string.Join('\n', lines);
    }

    /// <summary>The lines that are more than a greeting, a separator or a closing formula with the name under it.</summary>
    private static List<string> ContentOf(string[] lines)
    {
        List<string> contents = [];
        bool closed = false;
        foreach (string line in lines)
        {
            string content = Opening().Replace(line, string.Empty);
            bool name = closed && string.Equals(content, "<name>", StringComparison.Ordinal);
            closed = Closing().IsMatch(content);
            if (content.Length > 0 && !closed && !name && !Separator().IsMatch(content))
                contents.Add(content);
        }

        return contents;
    }

    /// <summary>Drops header lines that stand together or hold an address; of a subject, its label goes and its words stay.</summary>
    private static IEnumerable<string> WithoutReplyHeaders(List<string> lines)
    {
        bool previous = false;
        for (int i = 0; i < lines.Count; i++)
        {
            bool header = ReplyHeader().IsMatch(lines[i]);
            bool drop = header && (previous || lines[i].Contains('@', StringComparison.Ordinal) || lines[i].Contains("<email>", StringComparison.Ordinal) || (i + 1 < lines.Count && ReplyHeader().IsMatch(lines[i + 1])));
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

    private const string Greeting =
        "hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|moin|servus|liebe[rs]?|sehr geehrter?|bonjour|bonsoir|salut|cher|chère|chers|chères|hola|buen[oa]s (?:d[ií]as|tardes|noches)"
        + "|estimad[oa]s?|ol[áa]|oi|bo[am] (?:dia|tarde|noite)|prezad[oa]s?|car[oai]|ciao|salve|buongiorno|gentil[ei]|spettabile|beste|geachte|goede(?:morgen|middag|navond)|hoi|dzień dobry|cześć|witam|szanown[yai]|您好|你好";

    private const string Addressees =
        "all|team|there|everyone|sir|madam|sirs|colleagues|support|help ?desk|service ?desk|it|sir/madam|sir or madam|both|guys|folks|<name>|mrs?\\.?|ms\\.?|zusammen|kolleg(?:en|innen)|und|damen|herren|herr|frau|dr\\.?|prof\\.?|à|tous|toutes"
        + "|l'équipe|équipe|madame|monsieur|messieurs|mesdames|et|a|todos|todas|equipo|señor(?:a|es)?|e|equipe|pessoal|colegas|senhor(?:a|es)?|tutti|colleghi|signora?|heer|mevrouw|allen|allemaal|collega's|państwo|pan(?:ie|i)?";

    private const string Formula =
        "(?:many |kind |best |warm |with )*(?:thanks|thank you|thx|regards|cheers|sincerely|br|rgds)(?:(?: |,|&|/|\\+|!|\\.)*(?:and|a lot|so much|very much|in advance|in anticipation|kind|best|warm|with|many|thanks|thank you|regards|yours|sincerely))*"
        + "|(?:yours )?(?:sincerely|faithfully|truly)|(?:mit |viele |liebe |beste |schöne |herzliche |freundliche |freundliche[nm] |besten )*(?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))|(?:vielen |besten |herzlichen )?dank(?:e)?(?: im voraus)?|mfg|vg|lg"
        + "|(?:bien )?cordialement|bien à vous|(?:sincères |meilleures )?salutations(?: distinguées)?|cdl?t|merci(?: d'avance| beaucoup)?|(?:un )?saludos?(?: cordiales)?|atentamente|(?:muchas )?gracias(?: de antemano)?"
        + "|atenciosamente|(?:com os )?(?:melhores )?cumprimentos|abraços?|(?:muito )?obrigad[oa]|(?:cordiali |distinti )?saluti|grazie(?: mille)?|(?:met )?(?:vriendelijke |hartelijke )groet(?:en)?|mvg|bedankt|pozdrawiam|z poważaniem|dziękuję|此致|敬礼|谢谢|よろしくお願い(?:いた|致)?します|敬具";

    [GeneratedRegex("^(?:(?:" + Greeting + ")(?: (?:" + Addressees + "))*\\s*[,!.:，。！：]+\\s*)+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Opening();

    [GeneratedRegex("^(?:(?:hi|hello|hey|dear)(?: (?:all|team|there|everyone|sir|madam|support))*|(?:" + Formula + ")(?:(?: |,|!|\\.|-)+<name>)?|sent from my [a-z0-9 ]{1,30}|get outlook for [a-z]{1,10})(?: |,|!|\\.|-|。|！|，)*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Closing();
}
