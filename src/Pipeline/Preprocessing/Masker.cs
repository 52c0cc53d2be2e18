using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Preprocessing;

/// <summary>
/// Replaces personal and secret data in a text by tokens such as <c>&lt;email&gt;</c>. Time is linear in the text's length for any text
/// (the regular expressions do not backtrack, and a rejected candidate costs no more than its own length again).
/// Masking a masked text changes nothing. Safe for use by several threads.
/// </summary>
public sealed class Masker
{
    /// <summary>Replacing one datum may uncover another beside it; a set of rules that feeds itself is stopped after this many passes.</summary>
    private const int MaxPasses = 4;

    private const int LongestRetried = 64;

    /// <summary>The most flags that are kept on the stack.</summary>
    private const int MostFlags = 512;

    // Compiling a pattern takes longer than masking many texts by it. Sets share their patterns, and there are as many sets as the settings name.
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private readonly CompiledRule[] _rules;
    private readonly MaskingTriggers _triggers;

    /// <summary>Compiles the rules. They are applied in order, each on the result of those before it.</summary>
    /// <exception cref="ArgumentException">Two rules share a name, a pattern is not a usable regular expression, or a validator is unknown; the message names the rule.</exception>
    public Masker(IReadOnlyList<MaskingRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        _rules = new CompiledRule[rules.Count];
        for (int i = 0; i < _rules.Length; i++)
        {
            MaskingRule rule = rules[i] ?? throw new ArgumentException($"Masking rule {i + 1} is null.", nameof(rules));
            if (string.IsNullOrWhiteSpace(rule.Name))
                throw new ArgumentException($"Masking rule {i + 1} has no name: give each rule a name of its own.", nameof(rules));

            if (!names.Add(rule.Name))
                throw new ArgumentException($"Two masking rules are named '{rule.Name}': give each rule a name of its own.", nameof(rules));

            _rules[i] = Compile(rule);
        }

        _triggers = new MaskingTriggers(rules);

        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rules, PipelineJson.Compact)))[..16];
    }

    /// <summary>Names this set of rules: it changes when any rule does.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// The text with every datum that a rule finds replaced; the same instance where there is none. Rules see the text's compatibility form
    /// (full-width and other scripts' digits as ASCII, dashes as hyphens, look-alike letters as Latin ones); what is not replaced keeps its own.
    /// </summary>
    public string Mask(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        FoldedText before = FoldedText.Of(text);
        FoldedText masked = before;
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            FoldedText start = masked;
            masked = Pass(masked);
            if (ReferenceEquals(start, masked))
                break;
        }

        return ReferenceEquals(before, masked) ? text : masked.ToString();
    }

    /// <summary>Applies each rule for which the text has what it needs. Masking takes digits and words away and adds none, so that they are looked for once.</summary>
    private FoldedText Pass(FoldedText folded)
    {
        Span<bool> flags = _triggers.Flags <= MostFlags ? stackalloc bool[_triggers.Flags] : new bool[_triggers.Flags];
        _triggers.Find(folded.Text, flags);
        int digits = LongestRunOfDigits(folded.Text);
        for (int i = 0; i < _rules.Length; i++)
        {
            CompiledRule rule = _rules[i];
            if (rule.Digits <= digits && flags[2 * i] && flags[(2 * i) + 1] && (rule.Characters is null || folded.Text.AsSpan().ContainsAny(rule.Characters)))
                folded = Apply(rule, folded);
        }

        return folded;
    }

    private static FoldedText Apply(CompiledRule rule, FoldedText folded)
    {
        string text = folded.Text;
        List<(int Start, int Length)>? found = null;
        int end = 0;
        for (Match match = rule.Pattern.Match(text); match.Success;)
        {
            Group value = rule.HasValueGroup ? match.Groups["value"] : match;
            int length = value.Success ? AcceptedLength(rule, text, value.Index, value.Length) : 0;
            if (length > 0 && value.Index >= end)
            {
                (found ??= []).Add((value.Index, length));
                end = value.Index + length;
            }

            int next = length > 0 ? Math.Max(end, match.Index + 1) : RetryFrom(match);
            if (next > text.Length)
                break;

            match = rule.Pattern.Match(text, next);
        }

        return found is null ? folded : folded.Replace(found, rule.Replacement);
    }

    /// <summary>The most digits in a row that are at most <see cref="MaskingRule.LongestGap"/> other characters apart.</summary>
    private static int LongestRunOfDigits(string text)
    {
        int longest = 0;
        int run = 0;
        int last = -1;
        ReadOnlySpan<char> rest = text;
        for (int at = rest.IndexOfAnyInRange('0', '9'); at >= 0; at = Next(text, at))
        {
            run = at - last <= MaskingRule.LongestGap + 1 ? run + 1 : 1;
            longest = Math.Max(longest, run);
            last = at;
        }

        return longest;

        static int Next(string text, int at)
        {
            int further = text.AsSpan(at + 1).IndexOfAnyInRange('0', '9');
            return further < 0 ? -1 : at + 1 + further;
        }
    }

    private static int AcceptedLength(CompiledRule rule, string text, int start, int length)
    {
        if (length == 0 || IsToken(text, start, length))
            return 0;

        int accepted = rule.Validator is null ? length : rule.Validator(text, start, length);
        return text.AsSpan(start, accepted).SequenceEqual(rule.Replacement) ? 0 : accepted;
    }

    /// <summary>Whether the value is, or is the inside of, a token that an earlier rule put there.</summary>
    private static bool IsToken(string text, int start, int length) =>
        (text[start] == '<' && text[start + length - 1] == '>' && !text.AsSpan(start + 1, length - 2 > 0 ? length - 2 : 0).ContainsAny(" <>"))
        || (start > 0 && text[start - 1] == '<' && start + length < text.Length && text[start + length] == '>' && !text.AsSpan(start, length).Contains('@'));

    /// <summary>A rejected candidate may hide a good one that starts inside it, but long candidates are left whole to keep the time linear.</summary>
    private static int RetryFrom(Match match) => match.Length <= LongestRetried ? match.Index + 1 : match.Index + match.Length;

    private static CompiledRule Compile(MaskingRule rule)
    {
        if (rule.Words.Any(string.IsNullOrWhiteSpace) || rule.Words.Count > 0 != MaskingWords.IsIn(rule.Pattern))
            throw new ArgumentException($"Masking rule '{rule.Name}' needs words, none of them empty, exactly where its pattern holds {MaskingWords.Words}.", nameof(rule));

        if (rule.Replacement is null || string.IsNullOrEmpty(rule.Pattern))
            throw new ArgumentException($"Masking rule '{rule.Name}' needs a pattern and a replacement.", nameof(rule));

        MaskingValidators.Validator? validator = null;
        if (rule.Validator is not null && !MaskingValidators.TryGet(rule.Validator, out validator))
            throw new ArgumentException($"Masking rule '{rule.Name}' names the validator '{rule.Validator}', which does not exist; there are {string.Join(", ", MaskingValidators.Names)}.", nameof(rule));

        try
        {
            Regex pattern = Patterns.GetOrAdd(
                MaskingWords.Expand(rule), expression => new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout));
            return new CompiledRule(pattern, pattern.GroupNumberFromName("value") >= 0, rule.Replacement, validator, rule.Digits, MaskingTriggers.RequiredCharacters(rule));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"The pattern of masking rule '{rule.Name}' is not a regular expression of the non-backtracking engine (no lookaround, backreference or atomic group): {exception.Message}",
                nameof(rule),
                exception);
        }
    }

    private sealed record CompiledRule(Regex Pattern, bool HasValueGroup, string Replacement, MaskingValidators.Validator? Validator, int Digits, SearchValues<char>? Characters);
}
