using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Words of ten languages that stand where a name or a secret is looked for and are neither.</summary>
internal static class OrdinaryWords
{
    private static readonly FrozenSet<string> Words = Load(line => !line.StartsWith('+'));

    private static readonly FrozenSet<string> WordsAndNouns = Load(line => true);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> NounLookup = WordsAndNouns.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether it is no secret and no account, whatever punctuation follows it.</summary>
    public static bool Contains(ReadOnlySpan<char> word) => Lookup.Contains(Bare(word));

    /// <summary>Whether it, or a part of it between hyphens, is no person: "IT-Team" is none.</summary>
    public static bool IsNoPerson(ReadOnlySpan<char> word)
    {
        word = Bare(word);
        if (NounLookup.Contains(word))
            return true;

        foreach (Range part in word.Split('-'))
        {
            if (NounLookup.Contains(word[part]))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> word) => word.Trim(".,;:!?)\"'");

    private static FrozenSet<string> Load(Func<string, bool> takes)
    {
        using Stream stream = typeof(OrdinaryWords).Assembly.GetManifestResourceStream("Pipeline.ordinary-words.txt")!;
        using StreamReader reader = new(stream);
        List<string> words = [];
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && takes(line))
                words.AddRange(line.TrimStart('+').Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return words.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
