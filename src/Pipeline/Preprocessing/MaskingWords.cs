using System.Buffers;
using System.Text.RegularExpressions;

namespace Pipeline.Preprocessing;

/// <summary>Puts a rule's words into its pattern.</summary>
internal static class MaskingWords
{
    /// <summary>Stands for the rule's words.</summary>
    public const string Words = "{words}";

    private const string Gap = "{gap}";

    /// <summary>Between a label and a number: "number", "no.", "#", a colon, "is", in the languages of the rules, each optional.</summary>
    private const string GapPattern =
        """(?:[ _-]?(?:numbers?|nummer|numéro|numero|número|numer|nr|num|no|n|code|id|号码|番号|號碼)\b\.?|号码|番号|號碼|号)?(?:[ :#=.("'-]|\bis\b|\bist\b|\bes\b|\best\b|\blautet\b|\bjest\b|é|è|は|是|为|が){0,6}""";

    /// <summary>The rule's pattern with its words in it.</summary>
    public static string Expand(MaskingRule rule)
    {
        string pattern = rule.Pattern.Replace(Gap, GapPattern, StringComparison.Ordinal);
        if (rule.Words.Count == 0)
            return pattern;

        ILookup<bool, string> spaced = rule.Words.OrderByDescending(word => word.Length).ToLookup(IsSpaced);
        List<string> forms = [];
        if (spaced[true].Any())
            forms.Add($@"(?:\b|_)(?:{string.Join('|', spaced[true].Select(Literal))})");

        forms.AddRange(spaced[false].Select(Literal));
        return pattern.Replace(Words, $"(?:{string.Join('|', forms)})", StringComparison.Ordinal);
    }

    /// <summary>What a text must hold of the words for the pattern to match; null where the rule has none.</summary>
    public static SearchValues<string>? Required(MaskingRule rule) =>
        rule.Words.Count == 0 ? null : SearchValues.Create([.. rule.Words.Select(word => word.Split(' ')[0]).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    private static string Literal(string word) => string.Join("[ _-]?", word.Split(' ').Select(Regex.Escape));

    /// <summary>Whether it is of a script that puts spaces between words.</summary>
    private static bool IsSpaced(string word) => !TextBounds.IsUnspaced(word[0]);
}
