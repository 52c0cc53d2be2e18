using System.Text.RegularExpressions;

namespace Pipeline.Preprocessing;

/// <summary>Puts a rule's words into its pattern.</summary>
internal static class MaskingWords
{
    /// <summary>Stands for the rule's words.</summary>
    public const string Words = "{words}";

    /// <summary>The same, also after an underscore, as in DB_PASSWORD.</summary>
    private const string WordsInNames = "{_words}";

    private const string Gap = "{gap}";

    /// <summary>Between a label and a number: "number", "no.", "#", a colon, "is", in the languages of the rules, each optional.</summary>
    private const string GapPattern =
        """(?:[ _-]?n°|[ _-]?(?:numbers?|nummer|numéro|numero|número|numer|nr|num|no|n|code|id|号码|番号|號碼)\b\.?|号码|番号|號碼|号)?(?:[ :#=.("'-]|\bis\b|\bist\b|\bes\b|\best\b|\blautet\b|\bjest\b|é|è|は|是|为|が){0,6}""";

    /// <summary>The rule's pattern with its words in it.</summary>
    public static string Expand(MaskingRule rule) => rule.Pattern
        .Replace(Gap, GapPattern, StringComparison.Ordinal)
        .Replace(Words, Alternatives(rule.Words, @"(?:\b|[\u3040-\u30FF\u3400-\u9FFF])"), StringComparison.Ordinal)
        .Replace(WordsInNames, Alternatives(rule.Words, @"(?:\b|[_\u3040-\u30FF\u3400-\u9FFF])"), StringComparison.Ordinal);

    /// <summary>Whether a pattern has a place for words.</summary>
    public static bool IsIn(string? pattern) => pattern is not null && (pattern.Contains(Words, StringComparison.Ordinal) || pattern.Contains(WordsInNames, StringComparison.Ordinal));

    private static string Alternatives(IReadOnlyList<string> words, string start)
    {
        ILookup<bool, string> unspaced = words.OrderByDescending(word => word.Length).ToLookup(word => TextBounds.IsUnspaced(word[0]));
        IEnumerable<string> spaced = unspaced[false].Any() ? [$"{start}(?:{string.Join('|', unspaced[false].Select(Literal))})"] : [];
        return $"(?:{string.Join('|', [.. spaced, .. unspaced[true].Select(Literal)])})";
    }

    private static string Literal(string word) => string.Join("[ _-]?", word.Split(' ').Select(Regex.Escape));
}
