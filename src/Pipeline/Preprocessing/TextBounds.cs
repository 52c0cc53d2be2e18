namespace Pipeline.Preprocessing;

/// <summary>What stands before and after a candidate: the lookaround that a non-backtracking expression lacks.</summary>
internal static class TextBounds
{
    /// <summary>Whether no longer word, number or code goes on at either end.</summary>
    public static bool StandsAlone(string text, int start, int length) => FreeBefore(text, start) && FreeAfter(text, start + length);

    /// <summary>Whether nothing of a longer word, number or code stands before.</summary>
    public static bool FreeBefore(string text, int start)
    {
        if (start == 0)
            return true;

        char further = start > 1 ? text[start - 2] : ' ';
        return text[start - 1] switch
        {
            '#' => false,
            '-' => !char.IsLetterOrDigit(further),
            '.' or ',' => !char.IsAsciiDigit(further),
            char before => !IsWord(before),
        };
    }

    /// <summary>Whether nothing of a longer word, number or code stands after.</summary>
    public static bool FreeAfter(string text, int end)
    {
        if (end >= text.Length)
            return true;

        char further = end + 1 < text.Length ? text[end + 1] : ' ';
        return text[end] switch
        {
            '-' => !char.IsLetterOrDigit(further),
            '.' or ',' => !char.IsAsciiDigit(further),
            char after => !IsWord(after),
        };
    }

    /// <summary>Whether it goes on as a word does: a letter of a script with spaces between words, a digit or an underscore.</summary>
    public static bool IsWord(char character) => character == '_' || (char.IsLetterOrDigit(character) && !IsUnspaced(character));

    /// <summary>Whether it is a Chinese or Japanese character: no space stands between such a word and a number.</summary>
    public static bool IsUnspaced(char character) => character is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');
}
