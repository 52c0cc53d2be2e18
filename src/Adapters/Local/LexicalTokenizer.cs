using System.Globalization;
using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.Local;

/// <summary>
/// Cuts a text into weighted words: lower case, accents folded, split at everything that is neither letter nor digit.
/// Mask tokens such as <c>&lt;email&gt;</c> are dropped. Numbers weigh little and long ones are all alike; names with digits, such as those of hosts, too.
/// Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give single characters and pairs of neighbours instead of words.
/// </summary>
internal static class LexicalTokenizer
{
    private const int LongestWord = 100;
    private const int LongestCodeNumber = 5;
    private const float CodeWeight = 0.6f;
    private const float NumberWeight = 0.3f;
    private const float IdeographWeight = 0.5f;
    private const string NumberShape = "#";

    /// <summary>The text's words in order. Linear time.</summary>
    public static IEnumerable<LexicalToken> Tokenize(string text)
    {
        string folded = Fold(text);
        int position = 0;
        while (position < folded.Length)
        {
            int maskEnd = MaskToken.End(folded, position);
            if (maskEnd > position)
            {
                position = maskEnd;
            }
            else if (IsUnspaced(folded[position]))
            {
                yield return new LexicalToken(folded[position].ToString(), folded[position].ToString(), IdeographWeight, IsIdeographic: true);
                if (position > 0 && IsUnspaced(folded[position - 1]))
                    yield return Pair(folded.Substring(position - 1, 2));

                position++;
            }
            else if (IsWordCharacter(folded[position]))
            {
                int end = position + 1;
                while (end < folded.Length && end - position < LongestWord && (IsWordCharacter(folded[end]) || IsInnerApostrophe(folded, end)) && !IsUnspaced(folded[end]))
                    end++;

                foreach (LexicalToken token in Classify(folded[position..end]))
                    yield return token;

                position = end;
            }
            else
            {
                position++;
            }
        }
    }

    private static LexicalToken Pair(string pair) => new(pair, pair, WordWeights.Content, IsIdeographic: true);

    private static IEnumerable<LexicalToken> Classify(string raw)
    {
        string word = raw.EndsWith("'s", StringComparison.Ordinal) ? raw[..^2] : raw;
        word = WordWeights.Canonical(word.Replace("'", "", StringComparison.Ordinal));
        if (word.Length == 0)
            yield break;

        int digits = word.Count(char.IsDigit);
        if (digits == 0)
        {
            yield return new LexicalToken(word, EnglishStemmer.Stem(word), WordWeights.Of(word));
        }
        else if (digits == word.Length)
        {
            bool code = digits is >= 3 and <= LongestCodeNumber;
            string shape = digits <= LongestCodeNumber ? word : NumberShape;
            yield return new LexicalToken(shape, shape, code ? CodeWeight : NumberWeight);
        }
        else if (digits <= 2 || word.StartsWith("0x", StringComparison.Ordinal))
        {
            yield return new LexicalToken(word, word, WordWeights.Content);
        }
        else
        {
            string letters = string.Concat(word.Where(character => !char.IsDigit(character)));
            if (letters.Length > 1)
                yield return new LexicalToken(letters, letters, CodeWeight);
        }
    }

    private static bool IsInnerApostrophe(string text, int position) =>
        text[position] == '\'' && position + 1 < text.Length && char.IsLetter(text[position + 1]);

    private static bool IsWordCharacter(char character) =>
        char.IsLetterOrDigit(character) || char.IsSurrogate(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsUnspaced(char character) => character is
        (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
        or (>= '\u3005' and <= '\u3007') or (>= '\u3041' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');

    private static string Fold(string text)
    {
        string lower = text.ToLowerInvariant();
        if (Ascii.IsValid(lower))
            return lower;

        StringBuilder folded = new(lower.Length);
        foreach (char character in CanonicalForm.Decompose(lower))
        {
            switch (character)
            {
                case >= '\u0300' and <= '\u036F' or '\u200B' or '\u200C' or '\u200D' or '\uFEFF' or '\u00AD': break;
                case '\u2019' or '\u2018' or '\u02BC': folded.Append('\''); break;
                case 'ß': folded.Append("ss"); break;
                case 'æ': folded.Append("ae"); break;
                case 'œ': folded.Append("oe"); break;
                case 'ø': folded.Append('o'); break;
                case 'ł': folded.Append('l'); break;
                case 'đ' or 'ð': folded.Append('d'); break;
                case 'þ': folded.Append("th"); break;
                case 'ı': folded.Append('i'); break;
                case >= '\uFF01' and <= '\uFF5E': folded.Append(char.ToLowerInvariant((char)(character - 0xFEE0))); break;
                default: folded.Append(character); break;
            }
        }

        return CanonicalForm.Compose(folded.ToString());
    }
}
