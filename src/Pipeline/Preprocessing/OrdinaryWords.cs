using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Words of ten languages that stand where a name or a secret is looked for and are neither.</summary>
internal static class OrdinaryWords
{
    private static readonly FrozenSet<string> All = Load();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = All.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether it is such a word, whatever punctuation follows it.</summary>
    public static bool Contains(ReadOnlySpan<char> word) => Lookup.Contains(word.Trim(".,;:!?)\"'"));

    /// <summary>Whether it, or a part of it between hyphens, is such a word: "IT-Team" is no name.</summary>
    public static bool ContainsPart(ReadOnlySpan<char> word)
    {
        if (Contains(word))
            return true;

        foreach (Range part in word.Split('-'))
        {
            if (Contains(word[part]))
                return true;
        }

        return false;
    }

    private static FrozenSet<string> Load()
    {
        using Stream stream = typeof(OrdinaryWords).Assembly.GetManifestResourceStream("Pipeline.ordinary-words.txt")!;
        using StreamReader reader = new(stream);
        List<string> words = [];
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
                words.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return words.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
