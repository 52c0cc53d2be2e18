using System.Buffers;
using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Checks of the names of people: capitalised words of which none is an ordinary one, with the particles between them.</summary>
internal static class PersonValidators
{
    private const int MostWords = 4;

    private const int LongestUnspaced = 5;

    private static readonly SearchValues<char> NoLetters = SearchValues.Create("._0123456789");

    private static readonly FrozenSet<string> Particles = FrozenSet.ToFrozenSet(
        "von vom van der den de da do dos das del di della la le bin ibn al el ter ten zu zur y e".Split(' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Accepts the words of a name at the start.</summary>
    public static int Person(string text, int start, int length) => Read(text.AsSpan(start, length), LookAhead(text, start, length), out _);

    /// <summary>Accepts a name of two or more words, or "Last, First".</summary>
    public static int FullName(string text, int start, int length)
    {
        int accepted = Read(text.AsSpan(start, length), LookAhead(text, start, length), out int words);
        return words >= 2 ? accepted : 0;
    }

    /// <summary>Accepts a name after which the greeting ends; one in lower case where a comma follows it directly.</summary>
    public static int Addressee(string text, int start, int length)
    {
        int accepted = Read(text.AsSpan(start, length), LookAhead(text, start, length), out _);
        if (accepted > 0)
            return EndsWith(text, start + accepted, ",;:!.-\n") ? accepted : 0;

        ReadOnlySpan<char> value = text.AsSpan(start, length);
        int space = value.IndexOf(' ');
        ReadOnlySpan<char> word = space < 0 ? value : value[..space];
        int end = start + word.Length;
        return word.Length > 1 && char.IsLower(word[0]) && !OrdinaryWords.IsNoPerson(word) && end < text.Length && text[end] == ',' ? word.Length : 0;
    }

    /// <summary>Accepts a name with which the line, or the part of it up to a comma, a bar or a bracket, ends.</summary>
    public static int Signature(string text, int start, int length)
    {
        int accepted = Read(text.AsSpan(start, length), LookAhead(text, start, length), out int words);
        return words <= MostWords && EndsWith(text, start + accepted, ",|(/<-\n.") ? accepted : 0;
    }

    private static char LookAhead(string text, int start, int length) => start + length < text.Length ? text[start + length] : ' ';

    private static bool EndsWith(string text, int end, string endings)
    {
        while (end < text.Length && text[end] == ' ')
            end++;

        return end == text.Length || endings.Contains(text[end], StringComparison.Ordinal);
    }

    /// <summary>How many characters at the start are a name, and of how many words.</summary>
    private static int Read(ReadOnlySpan<char> value, char next, out int words)
    {
        words = 0;
        if (TextBounds.IsUnspaced(value[0]))
            return ReadUnspaced(value, next, out words);

        int end = 0;
        int at = 0;
        bool capitals = IsCapitals(FirstWord(value));
        while (at < value.Length)
        {
            ReadOnlySpan<char> word = FirstWord(value[at..]);
            if (IsNameWord(word, capitals) && !OrdinaryWords.IsNoPerson(word))
            {
                words++;
                end = at + word.Length;
            }
            else if (words == 0 || !Particles.Contains(word.ToString()))
            {
                break;
            }

            at += word.Length + 1;
        }

        // One word in capitals is an abbreviation.
        if (capitals && words == 1)
            words = 0;

        return words == 0 ? 0 : value[..end].TrimEnd(".,'-").Length;
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> value)
    {
        int space = value.IndexOf(' ');
        return space < 0 ? value : value[..space];
    }

    private static bool IsCapitals(ReadOnlySpan<char> word)
    {
        foreach (char character in word)
        {
            if (char.IsLower(character))
                return false;
        }

        return word.Length > 2;
    }

    /// <summary>A capital and then small letters; in a name in capitals, those; or an initial.</summary>
    private static bool IsNameWord(ReadOnlySpan<char> word, bool capitals)
    {
        ReadOnlySpan<char> bare = word.TrimEnd(".,");
        if (bare.IsEmpty || !char.IsUpper(bare[0]) || bare.ContainsAny(NoLetters))
            return false;

        return bare.Length == 1 || (capitals ? IsCapitals(bare) : char.IsLower(bare[^1]));
    }

    /// <summary>A run of two to five Chinese or Japanese characters that is no ordinary word.</summary>
    private static int ReadUnspaced(ReadOnlySpan<char> value, char next, out int words)
    {
        int end = 0;
        while (end < value.Length && TextBounds.IsUnspaced(value[end]))
            end++;

        bool name = end is >= 2 and <= LongestUnspaced && !(end == value.Length && TextBounds.IsUnspaced(next)) && !OrdinaryWords.IsNoPerson(value[..end]);
        words = name ? 2 : 0;
        return name ? end : 0;
    }
}
