namespace Pipeline.Intake;

/// <summary>Makes the text of a field fit to be stored.</summary>
internal static class CellText
{
    /// <summary>The text without control characters other than tabs and line ends.</summary>
    public static string Clean(string text)
    {
        foreach (char c in text)
        {
            if (IsUnwanted(c))
            {
                return new string([.. text.Where(character => !IsUnwanted(character))]);
            }
        }

        return text;
    }

    /// <summary>The first <paramref name="length"/> characters at most, never half of a surrogate pair.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private static bool IsUnwanted(char c) => char.IsControl(c) && c is not ('\t' or '\n' or '\r');
}
