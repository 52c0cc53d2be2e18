using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Preprocessing;

/// <summary>
/// What a character is matched as: full-width, superscript, mathematical and enclosed letters and digits as ASCII (after the compatibility
/// decompositions of Unicode, UAX 15, of which only those that end in ASCII or kana are taken), the digits of every script as 0 to 9, typographic
/// dashes, quotation marks and spaces as those of a keyboard, and Cyrillic and Greek letters as the Latin ones that they look like.
/// </summary>
internal static class CompatibilityForm
{
    private static readonly string?[] Forms = new string?[char.MaxValue + 1];
    private static readonly FrozenDictionary<int, string> BeyondFirstPlane;
    private static readonly FrozenDictionary<char, char> LookAlikes;

    static CompatibilityForm()
    {
        Dictionary<int, string> beyond = [];
        Dictionary<char, char> lookAlikes = [];
        using Stream stream = typeof(CompatibilityForm).Assembly.GetManifestResourceStream("Pipeline.compatibility-forms.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "=":
                    AddRun(Code(fields[1]), Code(fields[2]), Code(fields[3]), beyond);
                    break;
                case "+":
                    Forms[Code(fields[1])] = string.Concat(fields[2..].Select(part => (char)Code(part)));
                    break;
                case "~":
                    lookAlikes.Add((char)Code(fields[1]), (char)Code(fields[2]));
                    break;
                default:
                    break;
            }
        }

        BeyondFirstPlane = beyond.ToFrozenDictionary();
        LookAlikes = lookAlikes.ToFrozenDictionary();
    }

    /// <summary>What a character of the basic multilingual plane folds to; null where it stays.</summary>
    public static string? Of(char character)
    {
        if (character < '\u0080')
            return null;

        if (Forms[character] is { } form)
            return form;

        int digit = CharUnicodeInfo.GetDecimalDigitValue(character);
        return digit >= 0 ? Digits[digit] : null;
    }

    /// <summary>What a surrogate pair folds to; null where it stays.</summary>
    public static string? Of(char high, char low)
    {
        if (BeyondFirstPlane.TryGetValue(char.ConvertToUtf32(high, low), out string? form))
            return form;

        int digit = CharUnicodeInfo.GetDecimalDigitValue(string.Create(2, (high, low), static (span, pair) => (span[0], span[1]) = pair), 0);
        return digit >= 0 ? Digits[digit] : null;
    }

    /// <summary>The Latin letter that a Cyrillic or Greek one looks like; null where there is none.</summary>
    public static char? LatinLookAlike(char character) => LookAlikes.TryGetValue(character, out char latin) ? latin : null;

    /// <summary>Whether it is a letter of the scripts that have Latin look-alikes.</summary>
    public static bool IsCyrillicOrGreek(char character) => character is >= '\u0370' and <= '\u052F';

    /// <summary>Whether nothing is seen of it: format characters (joiners and direction overrides too) and variation selectors.</summary>
    public static bool IsInvisible(char character) =>
        character > '\u007F' && (character is (>= '\uFE00' and <= '\uFE0F') or '\u034F' || CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.Format);

    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private static void AddRun(int first, int last, int target, Dictionary<int, string> beyond)
    {
        for (int code = first; code <= last; code++)
        {
            string form = ((char)(target + code - first)).ToString();
            if (code <= char.MaxValue)
                Forms[code] = form;
            else
                beyond.Add(code, form);
        }
    }

    private static int Code(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
