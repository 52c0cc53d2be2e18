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

    /// <summary>The texts, in order.</summary>
    public static string[] Of(IReadOnlyList<string> texts)
    {
        HashSet<string> labels = [.. texts.SelectMany(text => LinePrefix().Matches(text).Select(match => match.Groups["label"].Value.ToUpperInvariant()).Distinct(StringComparer.Ordinal))
            .CountBy(label => label, StringComparer.Ordinal).Where(label => label.Value >= Math.Max(FewestTexts, LabelShare * texts.Count)).Select(label => label.Key)];
        string[] plain = [.. texts.Select(text => Content(text, labels))];
        WordSegmentation segmentation = WordSegmentation.Learn(plain);
        return [.. plain.Select(segmentation.Spaced)];
    }

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
