using System.Buffers;

namespace Pipeline.Adapters.Local;

/// <summary>Finds what masking puts in the place of a datum, such as <c>&lt;email&gt;</c>: it says nothing about the topic, and no embedder reads it.</summary>
internal static class MaskToken
{
    private const int Longest = 32;

    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-_");

    /// <summary>The position after the mask token that begins at <paramref name="start"/>; <paramref name="start"/> where none does.</summary>
    public static int End(string text, int start)
    {
        if (text[start] != '<')
            return start;

        int length = text.AsSpan(start + 1, Math.Min(Longest, text.Length - start - 1)).IndexOf('>');
        return length > 0 && !text.AsSpan(start + 1, length).ContainsAnyExcept(Characters) ? start + length + 2 : start;
    }
}
