using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Pipeline.Preprocessing;

/// <summary>
/// Canonical decomposition and composition of text (Unicode normalisation forms NFD and NFC, UAX 15) from a table of our own:
/// <see cref="string.Normalize()"/> leaves every string as it is where globalisation is invariant, and texts that look alike
/// would then get different hashes. Covers the basic multilingual plane; characters beyond it pass unchanged.
/// </summary>
public static class CanonicalForm
{
    private const int HangulBase = 0xAC00;
    private const int HangulLead = 0x1100;
    private const int HangulVowel = 0x1161;
    private const int HangulTail = 0x11A7;
    private const int HangulVowels = 21;
    private const int HangulTails = 28;
    private const int HangulSyllables = 11172;

    private static readonly FrozenDictionary<char, string> Decompositions;
    private static readonly FrozenDictionary<(char First, char Second), char> Compositions;
    private static readonly byte[] CombiningClasses = new byte[char.MaxValue + 1];

    static CanonicalForm()
    {
        Dictionary<char, string> decompositions = [];
        Dictionary<(char, char), char> compositions = [];
        using Stream stream = typeof(CanonicalForm).Assembly.GetManifestResourceStream("Pipeline.canonical-forms.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            if (fields[0] is "c")
            {
                byte combiningClass = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                CombiningClasses.AsSpan(Code(fields[1])..(Code(fields[2]) + 1)).Fill(combiningClass);
                continue;
            }

            char composed = Code(fields[1]);
            decompositions[composed] = string.Concat(fields[2..].Select(Code));
            if (fields[0] is "=")
                compositions[(Code(fields[2]), Code(fields[3]))] = composed;
        }

        Decompositions = decompositions.ToFrozenDictionary();
        Compositions = compositions.ToFrozenDictionary();
    }

    /// <summary>The text in NFC. Linear time; returns the same instance where nothing below U+0300 is exceeded.</summary>
    public static string Compose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF'))
            return text;

        StringBuilder decomposed = DecomposeToBuilder(text);
        StringBuilder result = new(decomposed.Length);
        int starter = -1;
        int lastClass = 0;
        foreach (ReadOnlyMemory<char> chunk in decomposed.GetChunks())
        {
            foreach (char character in chunk.Span)
            {
                int combiningClass = CombiningClasses[character];
                bool blocked = starter != result.Length - 1 && lastClass >= combiningClass;
                if (starter >= 0 && !blocked && Pair(result[starter], character) is { } composed)
                {
                    result[starter] = composed;
                    continue;
                }

                if (combiningClass == 0)
                    starter = result.Length;

                lastClass = combiningClass;
                result.Append(character);
            }
        }

        return result.ToString();
    }

    /// <summary>The text in NFD: base letters, each followed by its marks in canonical order. Linear time but for long runs of marks, which are sorted.</summary>
    public static string Decompose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExceptInRange('\0', '\u00BF') ? DecomposeToBuilder(text).ToString() : text;
    }

    /// <summary>What a character and a mark after it compose to; null where they do not.</summary>
    internal static char? ComposePair(char first, char second) => CombiningClasses[second] == 0 ? null : Pair(first, second);

    private static StringBuilder DecomposeToBuilder(string text)
    {
        StringBuilder result = new(text.Length + 16);
        List<char> marks = [];
        foreach (char character in text)
            AppendDecomposed(character, result, marks);

        Flush(marks, result);
        return result;
    }

    private static void AppendDecomposed(char character, StringBuilder result, List<char> marks)
    {
        int syllable = character - HangulBase;
        if (Decompositions.TryGetValue(character, out string? parts))
        {
            foreach (char part in parts)
                AppendDecomposed(part, result, marks);
        }
        else if (syllable is >= 0 and < HangulSyllables)
        {
            Flush(marks, result);
            result.Append((char)(HangulLead + (syllable / (HangulVowels * HangulTails))));
            result.Append((char)(HangulVowel + (syllable % (HangulVowels * HangulTails) / HangulTails)));
            if (syllable % HangulTails != 0)
                result.Append((char)(HangulTail + (syllable % HangulTails)));
        }
        else if (CombiningClasses[character] != 0)
        {
            marks.Add(character);
        }
        else
        {
            Flush(marks, result);
            result.Append(character);
        }
    }

    private static void Flush(List<char> marks, StringBuilder result)
    {
        if (marks.Count == 0)
            return;

        foreach (char mark in marks.OrderBy(mark => CombiningClasses[mark]))
            result.Append(mark);

        marks.Clear();
    }

    private static char? Pair(char first, char second)
    {
        int lead = first - HangulLead;
        int vowel = second - HangulVowel;
        if (lead is >= 0 and < 19 && vowel is >= 0 and < HangulVowels)
            return (char)(HangulBase + (((lead * HangulVowels) + vowel) * HangulTails));

        int syllable = first - HangulBase;
        int tail = second - HangulTail;
        if (syllable is >= 0 and < HangulSyllables && syllable % HangulTails == 0 && tail is > 0 and < HangulTails)
            return (char)(first + tail);

        return Compositions.TryGetValue((first, second), out char composed) ? composed : null;
    }

    private static char Code(string hexadecimal) => (char)ushort.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
