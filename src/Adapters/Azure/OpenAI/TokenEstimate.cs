using System.Text;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>
/// Bounds on the number of tokens of a text, without the model's tokenizer: byte pair encoding makes no more tokens than the text has bytes in UTF-8.
/// Prose has about four bytes a token, codes and numbers two to three; two are assumed, so that a batch's estimate is above what is charged.
/// </summary>
internal static class TokenEstimate
{
    /// <summary>The most tokens of one text that the embedding models read.</summary>
    public const int TokensPerText = 8191;

    /// <summary>A text of this many bytes is over the limit only where its tokens are shorter than two bytes on average.</summary>
    public const int LikelyBytes = 2 * TokensPerText;

    /// <summary>A text of this many bytes is never over the limit.</summary>
    public const int CertainBytes = TokensPerText;

    /// <summary>The estimate for a text.</summary>
    public static int Of(string text) => 1 + (Encoding.UTF8.GetByteCount(text) / 2);

    /// <summary>The text's beginning of at most so many bytes, without half a character at its end.</summary>
    public static string Cut(string text, int bytes)
    {
        if (text.Length * 3L <= bytes || Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        int length = 0;
        int used = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
