using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>What a proposed name must be to be shown: short, one line, with letters of whatever script, and free of personal data and of marks that masking leaves.</summary>
internal sealed class LabelRules(Masker masker)
{
    /// <summary>The longest name in UTF-16 characters.</summary>
    public const int LongestName = 60;

    /// <summary>The longest domain in UTF-16 characters.</summary>
    public const int LongestDomain = 40;

    private const int MostWords = 8;
    private const int LeastLetters = 2;

    /// <summary>The text as it may be shown; null where it may not.</summary>
    public string? Accept(string? text, int longest)
    {
        if (text is null)
        {
            return null;
        }

        string trimmed = text.Trim().TrimEnd('.').TrimEnd();
        return trimmed.Length <= longest
            && !trimmed.Any(c => char.IsControl(c) || c is '<' or '>' or '@' or '\u2028' or '\u2029' or '\ufffd')
            && trimmed.EnumerateRunes().Count(Rune.IsLetter) >= LeastLetters
            && trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length <= MostWords
            && string.Equals(masker.Mask(trimmed), trimmed, StringComparison.Ordinal)
            ? trimmed
            : null;
    }
}
