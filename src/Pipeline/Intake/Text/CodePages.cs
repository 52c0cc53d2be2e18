using System.Globalization;
using System.Text;

namespace Pipeline.Intake;

/// <summary>
/// Tells code pages apart by lines of text that are not ASCII. East Asian text stands in runs of byte pairs of which most are common characters; Cyrillic text in runs of one alphabet;
/// Latin letters stand among ASCII letters, and of two code pages the one is right in which nearly all of them belong to one language.
/// Where that leaves a doubt there is no answer.
/// </summary>
internal static class CodePages
{
    private const double NearlyAll = 0.9;

    // Fewer letters of a script are a slip rather than a language.
    private const int FewestLetters = 12;

    private static readonly string[] Western =
    [
        "äöüß", "àâæçèéêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú", "áèéëïóöüíú", "åäöéü", "æøåéèôó", "áæðéíóöúýþ", "àçèéíïòóúü",
    ];

    private static readonly string[] Central =
    [
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äëéçöü",
    ];

    /// <summary>The name of the code page; null where the bytes are not clear.</summary>
    public static string? Find(IReadOnlyList<byte[]> lines)
    {
        if (JapaneseShare(lines) >= 0.2)
        {
            return "shift_jis";
        }

        if (IsChinese(lines))
        {
            return "gb18030";
        }

        return IsCyrillic(lines) ? "windows-1251" : Latin(lines);
    }

    /// <summary>The share of kana among the characters that are not ASCII, where the lines are Shift-JIS; 0 where they are not.</summary>
    private static double JapaneseShare(IReadOnlyList<byte[]> lines)
    {
        if (Decode(lines, "shift_jis") is not { } text)
        {
            return 0;
        }

        (int kana, int half, int all) = (0, 0, 0);
        foreach (char c in text.Where(c => c > '\u007F'))
        {
            all++;
            kana += c is >= '\u3040' and <= '\u30FF' ? 1 : 0;
            half += c is >= '\uFF61' and <= '\uFF9F' ? 1 : 0;
        }

        return all < FewestLetters || half > all / 2 ? 0 : (double)kana / all;
    }

    private static bool IsChinese(IReadOnlyList<byte[]> lines)
    {
        (int pairs, int common, int late, int broken) = (0, 0, 0, 0);
        foreach (byte[] line in lines)
        {
            for (int i = 0; i < line.Length; i++)
            {
                if (line[i] < 0x80)
                {
                    continue;
                }

                pairs++;
                byte next = i + 1 < line.Length ? line[++i] : (byte)0;
                broken += next < 0x40 ? 1 : 0;
                if (next >= 0xA1)
                {
                    // The characters of the first level and the punctuation; Korean has none from 0xC9 on.
                    common += line[i - 1] is (>= 0xB0 and <= 0xD7) or (>= 0xA1 and <= 0xA3) ? 1 : 0;
                    late += line[i - 1] is >= 0xC9 and <= 0xF7 ? 1 : 0;
                }
            }
        }

        return pairs >= FewestLetters && common >= 0.85 * pairs && late >= 0.1 * pairs && broken <= pairs / 100;
    }

    private static bool IsCyrillic(IReadOnlyList<byte[]> lines)
    {
        if (Decode(lines, "windows-1251") is not { } text)
        {
            return false;
        }

        (int letters, int lower, int cyrillic, int mixed, int turned) = (0, 0, 0, 0, 0);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c <= '\u007F' || !char.IsLetter(c))
            {
                continue;
            }

            letters++;
            lower += char.IsLower(c) ? 1 : 0;
            cyrillic += c is (>= 'А' and <= 'я') or 'ё' or 'Ё' or 'і' or 'І' or 'ї' or 'Ї' or 'є' or 'Є' ? 1 : 0;
            char before = i > 0 ? text[i - 1] : ' ';
            mixed += char.IsAsciiLetter(before) || (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])) ? 1 : 0;
            turned += char.IsUpper(c) && before > '\u007F' && char.IsLower(before) ? 1 : 0;
        }

        // In other code pages of the same letters capitals and small ones have changed places.
        return letters >= FewestLetters && lower >= letters / 2 && cyrillic >= 0.95 * letters && mixed <= 0.15 * letters && turned <= 0.05 * letters;
    }

    private static string? Latin(IReadOnlyList<byte[]> lines)
    {
        if (Decode(lines, "windows-1252") is not { } western || Decode(lines, "windows-1250") is not { } central || !StandsAmongAscii(western))
        {
            return null;
        }

        (string Letters, double Share) west = Best(western, Western);
        (string Letters, double Share) middle = Best(central, Central);
        if (west.Letters.Length == 0)
        {
            return string.Equals(western, central, StringComparison.Ordinal) ? "windows-1252" : null;
        }

        return west.Share >= NearlyAll && west.Share >= middle.Share ? "windows-1252"
            : middle.Share >= NearlyAll ? "windows-1250"
            : Share(west.Letters, string.Concat(Western)) >= 0.97 ? "windows-1252"
            : null;
    }

    /// <summary>Whether most letters that are not ASCII have one beside them that is.</summary>
    private static bool StandsAmongAscii(string text)
    {
        (int letters, int among) = (0, 0);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] > '\u007F' && char.IsLetter(text[i]))
            {
                letters++;
                among += (i > 0 && char.IsAsciiLetter(text[i - 1])) || (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])) ? 1 : 0;
            }
        }

        return among > letters / 2;
    }

    /// <summary>The letters in words that are not ASCII, and the share of them that one language explains.</summary>
    private static (string Letters, double Share) Best(string text, string[] languages)
    {
        StringBuilder letters = new();
        for (int i = 0; i < text.Length; i++)
        {
            bool inWord = (i > 0 && char.IsLetter(text[i - 1])) || (i + 1 < text.Length && char.IsLetter(text[i + 1]));
            if (text[i] > '\u007F' && inWord && char.GetUnicodeCategory(text[i]) is not (UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.SpaceSeparator or UnicodeCategory.OtherPunctuation or UnicodeCategory.OpenPunctuation))
            {
                letters.Append(char.ToLowerInvariant(text[i]));
            }
        }

        string found = letters.ToString();
        return (found, found.Length == 0 ? 0 : languages.Max(language => Share(found, language)));
    }

    private static double Share(string letters, string alphabet) => (double)letters.Count(c => alphabet.Contains(c, StringComparison.Ordinal)) / letters.Length;

    /// <summary>The lines as text; null where a byte of them means nothing in this encoding.</summary>
    private static string? Decode(IReadOnlyList<byte[]> lines, string name)
    {
        try
        {
            Encoding encoding = TextEncoding.Strict(name);
            return string.Join('\n', lines.Select(encoding.GetString));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
