namespace Pipeline.Adapters.Local;

/// <summary>How much of a text is written in Latin letters.</summary>
internal static class LatinShare
{
    /// <summary>The share of Latin letters among a text's letters, 0 to 1, without its mask tokens; 1 where it has no letters. Linear time.</summary>
    public static double Of(string text)
    {
        int letters = 0;
        int latin = 0;
        for (int position = 0; position < text.Length; position++)
        {
            int maskEnd = MaskToken.End(text, position);
            if (maskEnd > position)
            {
                position = maskEnd - 1;
            }
            else if (char.IsLetter(text[position]))
            {
                letters++;
                latin += IsLatin(text[position]) ? 1 : 0;
            }
        }

        return letters == 0 ? 1 : (double)latin / letters;
    }

    // Basic Latin to Latin Extended-B, and Latin Extended Additional.
    private static bool IsLatin(char letter) => letter is <= '\u024F' or (>= '\u1E00' and <= '\u1EFF');
}
