using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Preprocessing;

/// <summary>
/// A text in the form in which it is matched (see <see cref="CompatibilityForm"/>), with the way back: what is not replaced keeps its own form.
/// Where nothing folds, which is most texts, the form is the text itself and no map is kept. Immutable. Linear in time and memory.
/// </summary>
internal sealed class FoldedText
{
    private readonly string _source;

    /// <summary>Of each character of <see cref="Text"/>, the part of the source that it stands for; null where both are the same.</summary>
    private readonly Origin[]? _origins;

    private FoldedText(string text, string source, Origin[]? origins)
    {
        Text = text;
        _source = source;
        _origins = origins;
    }

    /// <summary>The folded text, in which the rules look for data.</summary>
    public string Text { get; }

    /// <summary>Folds a text.</summary>
    public static FoldedText Of(string source)
    {
        int first = source.AsSpan().IndexOfAnyExceptInRange('\0', '\u007F');
        if (first < 0)
            return new FoldedText(source, source, origins: null);

        Folding folding = new(source);
        for (int i = 0; i < source.Length;)
            i += folding.Take(i);

        return folding.Changed ? new FoldedText(folding.Text.ToString(), source, [.. folding.Origins]) : new FoldedText(source, source, origins: null);
    }

    /// <summary>The text with a token in place of each of the parts, which ascend and do not overlap.</summary>
    public FoldedText Replace(IReadOnlyList<(int Start, int Length)> parts, string token)
    {
        StringBuilder text = new(Text.Length);
        List<Origin>? origins = _origins is null ? null : new(Text.Length);
        int copied = 0;
        foreach ((int start, int length) in parts)
        {
            Keep(copied, Math.Max(copied, WholeFrom(start)));
            text.Append(token);
            origins?.AddRange(Enumerable.Repeat(Origin.None, token.Length));
            copied = start + length;
        }

        Keep(copied, Text.Length);
        string replaced = text.ToString();
        return new FoldedText(replaced, _origins is null ? replaced : _source, origins is null ? null : [.. origins]);

        void Keep(int from, int to)
        {
            text.Append(Text, from, to - from);
            origins?.AddRange(_origins.AsSpan(from, to - from));
        }
    }

    /// <summary>The start of the character of the source that a place belongs to: it goes as a whole.</summary>
    private int WholeFrom(int start)
    {
        while (_origins is not null && start > 0 && _origins[start] is { Start: >= 0, Length: 0 })
            start--;

        return start;
    }

    /// <summary>The text in its own form again, with the tokens that were put in.</summary>
    public override string ToString()
    {
        if (_origins is null)
            return Text;

        StringBuilder result = new(_source.Length);
        for (int i = 0; i < Text.Length; i++)
        {
            if (_origins[i].Start < 0)
                result.Append(Text[i]);
            else
                result.Append(_source, _origins[i].Start, _origins[i].Length);
        }

        return result.ToString();
    }

    /// <summary>A part of the source; of a character that folds to several, the first has the whole and the others nothing.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Origin(int Start, int Length)
    {
        /// <summary>The origin of what the source does not hold.</summary>
        public static Origin None => new(-1, 0);
    }

    /// <summary>The folding of one text, character by character.</summary>
    private sealed class Folding(string source)
    {
        private int _wordEnd;
        private bool _foldsLookAlikes;

        public StringBuilder Text { get; } = new(source.Length);

        public List<Origin> Origins { get; } = new(source.Length);

        public bool Changed { get; private set; }

        /// <summary>Folds the character at a place; returns how many UTF-16 units of the source it takes.</summary>
        public int Take(int at)
        {
            char character = source[at];
            if (character < '\u0080')
                return Add(character, at);

            if (char.IsHighSurrogate(character) && at + 1 < source.Length && char.IsLowSurrogate(source[at + 1]))
                return CompatibilityForm.Of(character, source[at + 1]) is { } beyond ? Add(beyond, at, 2) : Add(character, at) + Add(source[at + 1], at + 1);

            if (CompatibilityForm.IsInvisible(character) && Text.Length > 0)
                return Extend(at);

            if (CompatibilityForm.Of(character) is { } form)
                return ComposesWithLast(form[0]) is { } voiced ? Compose(voiced, at) : Add(form, at, 1);

            if (ComposesWithLast(character) is { } composed)
                return Compose(composed, at);

            return LookAlike(at) is { } latin ? Add(latin.ToString(), at, 1) : Add(character, at);
        }

        private char? ComposesWithLast(char mark) => mark > '\u02FF' && Text.Length > 0 ? CanonicalForm.ComposePair(Text[^1], mark) : null;

        private int Add(char character, int at)
        {
            Text.Append(character);
            Origins.Add(new Origin(at, 1));
            return 1;
        }

        private int Add(string form, int at, int length)
        {
            Changed = true;
            Text.Append(form);
            for (int i = 0; i < form.Length; i++)
                Origins.Add(i == 0 ? new Origin(at, length) : new Origin(at + length, 0));

            return length;
        }

        private int Compose(char composed, int at)
        {
            Text[^1] = composed;
            return Extend(at);
        }

        /// <summary>Lets the last character stand for the one at a place too.</summary>
        private int Extend(int at)
        {
            Changed = true;
            Origins[^1] = Origins[^1] with { Length = at + 1 - Origins[^1].Start };
            return 1;
        }

        private char? LookAlike(int at)
        {
            if (!CompatibilityForm.IsCyrillicOrGreek(source[at]))
                return null;

            if (at >= _wordEnd)
                ReadWord(at);

            return _foldsLookAlikes ? CompatibilityForm.LatinLookAlike(source[at]) : null;
        }

        /// <summary>
        /// Look-alikes fold in a word that has Latin letters or digits beside them, or nothing but look-alikes: a Russian or Greek word has others too and stays.
        /// </summary>
        private void ReadWord(int at)
        {
            int start = at;
            while (start > 0 && char.IsLetterOrDigit(source[start - 1]))
                start--;

            bool mixed = false;
            bool only = true;
            for (_wordEnd = start; _wordEnd < source.Length && char.IsLetterOrDigit(source[_wordEnd]); _wordEnd++)
            {
                mixed |= char.IsAsciiLetterOrDigit(source[_wordEnd]);
                only &= !CompatibilityForm.IsCyrillicOrGreek(source[_wordEnd]) || CompatibilityForm.LatinLookAlike(source[_wordEnd]) is not null;
            }

            _foldsLookAlikes = mixed || only;
        }
    }
}
