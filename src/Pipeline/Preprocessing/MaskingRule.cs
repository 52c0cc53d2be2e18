namespace Pipeline.Preprocessing;

/// <summary>One kind of personal or secret datum: how it is found and what stands in its place.</summary>
public sealed record MaskingRule
{
    /// <summary>The rule's name, unique in its set; messages name it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// A .NET regular expression, matched without regard to case or culture. The engine is the non-backtracking one, so that no text can stall it:
    /// lookarounds, backreferences and atomic groups are not available. A group named <c>value</c>, where present, is the
    /// part that is replaced and the rest is kept; without it the whole match is replaced.
    /// </summary>
    public required string Pattern { get; init; }

    /// <summary>
    /// The words that stand for <c>{words}</c> in the pattern, of which one must occur before the pattern is tried. They are words, not expressions: a space
    /// matches a space, a hyphen, an underscore or nothing; a word of Latin letters begins where no letter or digit stands before it, one of Chinese
    /// or Japanese anywhere; <c>{_words}</c> begin after an underscore too. <c>{gap}</c> in a pattern stands for what comes between a label and its number: "number", "no.", a colon, "is" and the like.
    /// </summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The fewest digits that the text must hold in a row, at most <see cref="LongestGap"/> other characters apart, before the pattern is tried; 0 for none.</summary>
    public int Digits { get; init; }

    /// <summary>How many other characters may stand between two digits of a row.</summary>
    public const int LongestGap = 4;

    /// <summary>What stands in place of the value, literally: a token such as <c>&lt;email&gt;</c>.</summary>
    public required string Replacement { get; init; }

    /// <summary>The name of a check that the value must pass, one of <see cref="MaskingValidators.Names"/>; null for none.</summary>
    public string? Validator { get; init; }

    /// <summary>Texts of which one must occur (case ignored) before the pattern is tried at all, to save time; empty to try it always.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];
}
