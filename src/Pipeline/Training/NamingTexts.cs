using System.Text.RegularExpressions;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>
/// Texts as names are made of them: without mail headers and the labels of forms, and with spaces between the words of Chinese and Japanese. A label is a known one, or
/// whatever stands before a colon at the start of a line in nearly a third of all texts.
/// </summary>
internal static partial class NamingTexts
{
    private const double LabelShare = 0.3;
    private const int FewestTexts = 5;
    private const string Break = ", ";

    /// <summary>The texts, in order. Equal texts are read once and share their answer.</summary>
    public static string[] Of(IReadOnlyList<string> texts)
    {
        Dictionary<string, int> copies = texts.CountBy(text => text, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        HashSet<string> labels = [.. copies.SelectMany(text => Labels(text.Key).Select(label => (Label: label, Copies: text.Value)))
            .AggregateBy(found => found.Label, 0, (count, found) => count + found.Copies, StringComparer.Ordinal).Where(label => label.Value >= Math.Max(FewestTexts, LabelShare * texts.Count)).Select(label => label.Key)];
        Dictionary<string, string> plain = copies.Keys.ToDictionary(text => text, text => Content(text, labels), StringComparer.Ordinal);
        WordSegmentation segmentation = WordSegmentation.Learn(texts.Select(text => plain[text]));
        foreach (string text in copies.Keys)
        {
            plain[text] = segmentation.Spaced(plain[text]);
        }

        return [.. texts.Select(text => plain[text])];
    }

    private static IEnumerable<string> Labels(string text) => LinePrefix().Matches(text).Select(match => match.Groups["label"].Value.ToUpperInvariant()).Distinct(StringComparer.Ordinal);

    /// <summary>A text without its labels and headers, as it is written.</summary>
    /// <param name="text">The text.</param>
    /// <param name="labels">What is a label beside the known ones, in upper case.</param>
    public static string Content(string text, IReadOnlySet<string> labels)
    {
        text = DateLine().Replace(text, Break);
        text = Header().Replace(text, Break);
        text = FormLabel().Replace(text, "${before}" + Break);
        return labels.Count == 0 ? text : LinePrefix().Replace(text, match => labels.Contains(match.Groups["label"].Value.ToUpperInvariant()) ? Break : match.Value);
    }

    /// <summary>The first line that has a word.</summary>
    public static string Title(string text) => text.Split('\n').FirstOrDefault(line => line.Any(char.IsLetter)) ?? string.Empty;

    [GeneratedRegex(@"^[ \t>]*(?<label>\p{L}[\p{L}\p{Nd} _/#.-]{0,30}?)[ \t]*[:：]", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LinePrefix();

    [GeneratedRegex(@"^[ \t>]*(?:sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|inviato|verzonden|wysłano|importance|priorität)[ \t]*:.*$", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DateLine();

    [GeneratedRegex(@"^[ \t>]*(?:received from|from|to|cc|bcc|subject|von|an|kopie|betreff|de|à|para|objet|asunto|assunto|da|a|oggetto|van|aan|onderwerp|od|do|temat)[ \t]*:(?:[ \t]*(?:re|fw|fwd|aw|wg|tr|rv|res|enc)[ \t]*:)*", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Header();

    [GeneratedRegex(@"(?<before>^|[^\p{L}\p{Nd}_-])(?:received from|summary|(?:short )?description|details?|comments?|contact|(?:kurz)?beschreibung|zusammenfassung|résumé|descripción|resumen|descrição|resumo|descrizione|riepilogo|beschrijving|omschrijving|samenvatting|opis|podsumowanie|概要|説明|描述)[ \t]*[:：]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex FormLabel();
}
