using System.Buffers;

namespace Pipeline.Preprocessing;

/// <summary>
/// Finds in one pass over a text which rules may match: those of whose words, and of whose required texts, at least one occurs. Most texts hold
/// none of them, and most of the time of masking would otherwise go into looking for each rule's words by itself.
/// </summary>
internal sealed class MaskingTriggers
{
    private const int Ascii = 128;

    /// <summary>What begins with a pair of ASCII characters, by <c>first * 128 + second</c>, in lower case.</summary>
    private readonly Trigger[]?[] _byPair = new Trigger[]?[Ascii * Ascii];

    /// <summary>What begins otherwise, by its first character in lower case, and which ASCII characters are among these.</summary>
    private readonly Dictionary<char, Trigger[]> _byOther;
    private readonly bool[] _otherAscii = new bool[Ascii];
    private readonly bool[] _needsNothing;

    /// <summary>Collects the words and texts of the rules.</summary>
    public MaskingTriggers(IReadOnlyList<MaskingRule> rules)
    {
        _needsNothing = new bool[2 * rules.Count];
        Dictionary<(string Text, bool AtWord), List<int>> needs = [];
        for (int i = 0; i < rules.Count; i++)
        {
            _needsNothing[2 * i] = rules[i].Words.Count == 0;
            _needsNothing[(2 * i) + 1] = RequiredTexts(rules[i]).Count == 0;
            foreach (string word in rules[i].Words)
                Add(needs, word, atWord: !TextBounds.IsUnspaced(word[0]), 2 * i);

            foreach (string text in RequiredTexts(rules[i]))
                Add(needs, text, atWord: false, (2 * i) + 1);
        }

        Trigger[] triggers = [.. needs.Select(need => new Trigger(need.Key.Text, need.Key.AtWord, [.. need.Value]))];
        foreach (IGrouping<int, Trigger> pair in triggers.Where(trigger => IsPair(trigger.Text)).GroupBy(trigger => Pair(trigger.Text[0], trigger.Text[1])))
            _byPair[pair.Key] = [.. pair];

        _byOther = triggers.Where(trigger => !IsPair(trigger.Text)).GroupBy(trigger => trigger.Text[0]).ToDictionary(group => group.Key, group => group.ToArray());
        foreach (char first in _byOther.Keys.Where(first => first < Ascii))
            (_otherAscii[first], _otherAscii[char.ToUpperInvariant(first)]) = (true, true);
    }

    /// <summary>How many flags <see cref="Find"/> writes: two for each rule.</summary>
    public int Flags => _needsNothing.Length;

    /// <summary>Flags what occurs: of rule <c>i</c>, <c>2 i</c> is one of its words and <c>2 i + 1</c> one of its required texts. What a rule does not ask for is flagged too.</summary>
    public void Find(string text, Span<bool> flags)
    {
        _needsNothing.CopyTo(flags);
        bool inWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character < Ascii && i + 1 < text.Length && text[i + 1] < Ascii)
                Flag(_byPair[Pair(character, text[i + 1])], text, i, inWord, flags);

            if ((character >= Ascii || _otherAscii[character]) && _byOther.TryGetValue(char.ToLowerInvariant(character), out Trigger[]? others))
                Flag(others, text, i, inWord, flags);

            inWord = character < Ascii ? char.IsAsciiLetterOrDigit(character) : char.IsLetterOrDigit(character) && !TextBounds.IsUnspaced(character);
        }
    }

    /// <summary>The required texts that are more than single characters, which a vectorised search finds faster.</summary>
    private static IReadOnlyList<string> RequiredTexts(MaskingRule rule) => AreCharacters(rule.Requires) ? [] : rule.Requires;

    /// <summary>The required characters of a rule; null where it asks for texts, or nothing.</summary>
    public static SearchValues<char>? RequiredCharacters(MaskingRule rule) => rule.Requires.Count > 0 && AreCharacters(rule.Requires) ? SearchValues.Create(string.Concat(rule.Requires)) : null;

    private static bool AreCharacters(IReadOnlyList<string> texts) => texts.All(text => text.Length == 1 && !char.IsLetter(text[0]));

    private static void Flag(Trigger[]? triggers, string text, int at, bool inWord, Span<bool> flags)
    {
        foreach (Trigger trigger in triggers ?? [])
        {
            if ((trigger.AtWord && inWord) || !Occurs(trigger, text, at))
                continue;

            foreach (int flag in trigger.Flags)
                flags[flag] = true;
        }
    }

    /// <summary>Whether a trigger occurs at a place; a space of a word may be a hyphen, an underscore or nothing.</summary>
    private static bool Occurs(Trigger trigger, string text, int at)
    {
        foreach (char wanted in trigger.Text)
        {
            char found = at < text.Length ? text[at] : '\0';
            if (wanted == ' ' && trigger.AtWord)
                at += found is ' ' or '-' or '_' ? 1 : 0;
            else if (wanted == found || wanted == char.ToLowerInvariant(found))
                at++;
            else
                return false;
        }

        return true;
    }

    private static void Add(Dictionary<(string Text, bool AtWord), List<int>> needs, string text, bool atWord, int flag)
    {
        string lower = text.ToLowerInvariant();
        if (!needs.TryGetValue((lower, atWord), out List<int>? flags))
            needs.Add((lower, atWord), flags = []);

        flags.Add(flag);
    }

    /// <summary>Whether the first two characters decide: in a word of one letter and a space they do not.</summary>
    private static bool IsPair(string text) => text.Length > 1 && text[0] < Ascii && text[1] < Ascii && text[1] != ' ';

    private static int Pair(char first, char second) => (Lower(first) * Ascii) + Lower(second);

    private static int Lower(char character) => char.IsAsciiLetterUpper(character) ? character | 0x20 : character;

    /// <summary>A word or text, in lower case, and the flags that it sets.</summary>
    private sealed record Trigger(string Text, bool AtWord, int[] Flags);
}
