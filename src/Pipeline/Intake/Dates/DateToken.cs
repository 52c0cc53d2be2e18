using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Intake;

/// <summary>A piece of a date's text: a number, a word, or a sign between them.</summary>
/// <param name="Text">The digits of a number, the lower-case letters of a word; empty for a sign.</param>
/// <param name="Sign">The sign; NUL for numbers and words. All kinds of blanks are one space.</param>
/// <param name="Value">The number's value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DateToken(string Text, char Sign, long Value)
{
    private const int MostDigits = 18;

    public bool IsSign => Sign != '\0';

    public bool IsNumber => !IsSign && char.IsAsciiDigit(Text[0]);

    public bool IsWord => !IsSign && !IsNumber;

    public int Digits => IsNumber ? Text.Length : 0;

    /// <summary>The word; empty for numbers and signs.</summary>
    public string Word => IsWord ? Text : "";

    /// <summary>Whether it is one character of Chinese, Japanese or Korean, which are taken one by one.</summary>
    public bool IsAsian => IsWord && IsAsianLetter(Text[0]);

    /// <summary>What a number before this character counts: year, Month, day, hour, minute, second; NUL where the character is no such mark.</summary>
    public char Mark => Word switch
    {
        "年" or "년" => 'y',
        "月" or "월" => 'M',
        "日" or "일" or "号" => 'd',
        "時" or "时" or "시" or "點" or "点" => 'h',
        "分" or "분" => 'm',
        "秒" or "초" => 's',
        _ => '\0',
    };

    /// <summary>Splits a text; what stands in parentheses, such as a weekday or a zone's long name, is left out.</summary>
    public static List<DateToken> Split(string text)
    {
        List<DateToken> tokens = new(16);
        for (int i = 0; i < text.Length;)
        {
            char c = Plain(text[i]);
            int end = i + 1;
            if (char.IsAsciiDigit(c))
            {
                end = End(text, i, char.IsAsciiDigit);
                string digits = string.Create(end - i, (text, i), (span, from) => Fill(span, from.text, from.i));
                tokens.Add(new DateToken(digits, '\0', digits.Length > MostDigits ? long.MaxValue : long.Parse(digits, CultureInfo.InvariantCulture)));
            }
            else if (IsAsianLetter(c))
            {
                tokens.Add(new DateToken(c.ToString(), '\0', 0));
            }
            else if (char.IsLetter(c))
            {
                end = End(text, i, letter => char.IsLetter(letter) && !IsAsianLetter(letter));
                tokens.Add(new DateToken(text[i..end].ToLowerInvariant(), '\0', 0));
            }
            else if (c == '(' && text.IndexOf(')', i) is var close and > 0)
            {
                end = close + 1;
            }
            else if (!(c == ' ' && tokens is [.., { Sign: ' ' }]))
            {
                tokens.Add(new DateToken("", c, 0));
            }

            i = end;
        }

        return tokens;
    }

    /// <summary>Whether the word, with the one after it where both are Asian characters, says before (false) or after noon (true).</summary>
    public bool? DayHalf(DateToken? next) => IsAsian
        ? (Word + next?.Word) switch { "上午" or "午前" or "오전" => false, "下午" or "午後" or "오후" => true, _ => null }
        : Word switch { "am" or "vorm" => false, "pm" or "nachm" => true, _ => null };

    private static int End(string text, int start, Func<char, bool> belongs)
    {
        int end = start + 1;
        while (end < text.Length && belongs(Plain(text[end])))
        {
            end++;
        }

        return end;
    }

    private static void Fill(Span<char> span, string text, int start)
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = Plain(text[start + i]);
        }
    }

    /// <summary>Full-width and Arabic digits as ASCII, full-width signs and every blank likewise.</summary>
    private static char Plain(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
        >= '\u0660' and <= '\u0669' => (char)(c - '\u0660' + '0'),
        '\u2212' or '\u2010' or '\u2011' => '-',
        _ => char.IsWhiteSpace(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c,
    };

    private static bool IsAsianLetter(char c) => c is >= '\u3040' and <= '\uD7A3' && char.IsLetter(c);
}
