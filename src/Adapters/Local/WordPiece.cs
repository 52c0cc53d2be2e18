using System.Globalization;
using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.Local;

/// <summary>
/// Cuts texts into the tokens of an uncased BERT vocabulary (Devlin et al. 2019): lower case, accents stripped, punctuation and Chinese characters apart, then each word
/// into the longest pieces that the vocabulary has (Wu et al. 2016). Immutable, and so safe for use by many threads.
/// </summary>
internal sealed class WordPiece
{
    /// <summary>The token of what has no other.</summary>
    public const string Unknown = "[UNK]";

    private const string Continued = "##";
    private const int LongestWord = 100;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _starts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly int _unknown;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="vocabulary">The tokens in the order of their numbers; those that continue a word begin with <c>##</c>.</param>
    /// <exception cref="InvalidDataException">The vocabulary has no token for what is unknown, or one twice.</exception>
    public WordPiece(IEnumerable<string> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Dictionary<string, int> starts = new(StringComparer.Ordinal);
        Dictionary<string, int> continuations = new(StringComparer.Ordinal);
        foreach ((int id, string token) in vocabulary.Index())
        {
            bool continues = token.StartsWith(Continued, StringComparison.Ordinal) && token.Length > Continued.Length;
            if (!(continues ? continuations.TryAdd(token[Continued.Length..], id) : starts.TryAdd(token, id)))
                throw new InvalidDataException($"The vocabulary has '{token}' twice.");
        }

        _unknown = starts.TryGetValue(Unknown, out int unknown) ? unknown : throw new InvalidDataException($"The vocabulary has no {Unknown}: it is not that of a BERT.");
        _starts = starts.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = continuations.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The number of a token.</summary>
    /// <exception cref="InvalidDataException">The vocabulary does not have it.</exception>
    public int IdOf(string token) => _starts.TryGetValue(token, out int id) ? id : throw new InvalidDataException($"The vocabulary has no {token}: it is not that of a BERT.");

    /// <summary>The numbers of a text's tokens in order, without such as mark its begin and end. Mask tokens are passed over. Linear in the text, but for words in as many pieces as letters.</summary>
    public List<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        string decomposed = CanonicalForm.Decompose(text);
        StringBuilder word = new();
        for (int position = 0; position < decomposed.Length;)
        {
            int maskEnd = MaskToken.End(decomposed, position);
            if (maskEnd > position)
            {
                Close(word, ids);
                position = maskEnd;
                continue;
            }

            Rune.DecodeFromUtf16(decomposed.AsSpan(position), out Rune rune, out int length);
            position += length;
            if (IsBoundary(rune))
            {
                Close(word, ids);
            }
            else if (StandsAlone(rune))
            {
                Close(word, ids);
                word.Append(rune);
                Close(word, ids);
            }
            else if (!IsDropped(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
        }

        Close(word, ids);
        return ids;
    }

    private void Close(StringBuilder word, List<int> ids)
    {
        if (word.Length == 0)
            return;

        int before = ids.Count;
        if (word.Length > LongestWord || !TryCut(word.ToString(), ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(_unknown);
        }

        word.Clear();
    }

    /// <summary>Adds the longest piece that begins the word, then the longest that goes on from there; false where there is none.</summary>
    private bool TryCut(ReadOnlySpan<char> word, List<int> ids)
    {
        int start = 0;
        while (start < word.Length)
        {
            int end = word.Length;
            int id = 0;
            while (end > start && !(start == 0 ? _starts : _continuations).TryGetValue(word[start..end], out id))
                end--;

            if (end == start)
                return false;

            ids.Add(id);
            start = end;
        }

        return true;
    }

    private static bool IsBoundary(Rune rune) => Rune.IsWhiteSpace(rune);

    private static bool StandsAlone(Rune rune) => IsChinese(rune.Value)
        || (rune.IsAscii ? rune.Value > ' ' && rune.Value < 127 && !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune));

    // Accents, which decomposition has set apart, and whatever is not to be seen.
    private static bool IsDropped(Rune rune) => rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsChinese(int character) => character is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2CEAF) or (>= 0x2F800 and <= 0x2FA1F);
}
