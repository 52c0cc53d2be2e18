namespace Pipeline.Clustering;

/// <summary>How texts write words: the capitals of "SAP GUI", and what stands between two words that follow each other.</summary>
public sealed class SurfaceForms
{
    private const int LongestGap = 3;
    private const int MostTexts = 200;
    private const int CapitalLine = 3;

    private readonly Dictionary<string, Dictionary<string, int>> _forms = new(StringComparer.Ordinal);
    private readonly string[] _texts;

    /// <summary>Counts the forms of all words of texts. O(words).</summary>
    /// <param name="texts">The texts as they are written.</param>
    public SurfaceForms(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _texts = [.. texts.Take(MostTexts)];
        foreach (string text in texts)
        {
            foreach (IReadOnlyList<string> run in Tokenizer.Split(text, lowerCase: false))
                Count(run);
        }
    }

    /// <summary>The most frequent form of a word, such as "SAP" of "sap"; null where the texts do not tell. A capital at the start of a run of words tells nothing, nor does a line of capitals.</summary>
    /// <param name="word">The word in lower case.</param>
    public string? Of(string word) =>
        _forms.TryGetValue(word, out Dictionary<string, int>? forms) ? forms.OrderByDescending(form => form.Value).ThenBy(form => form.Key, StringComparer.Ordinal).First().Key : null;

    /// <summary>
    /// Words as the first texts write them: with the small words of one letter that stand between them ("acceso a red"), without a space after an elision ("l'accès")
    /// and between characters of scripts that have none.
    /// </summary>
    /// <param name="words">The words in lower case, in order.</param>
    /// <param name="others">Tells the capitals of words where these texts do not.</param>
    public string Write(IReadOnlyList<string> words, SurfaceForms others)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(others);
        System.Text.StringBuilder phrase = new();
        for (int i = 0; i < words.Count; i++)
        {
            if (i > 0)
                phrase.Append(GapBetween(words[i - 1], words[i]));
            phrase.Append(Of(words[i]) ?? others.Of(words[i]) ?? words[i]);
        }

        return phrase.ToString();
    }

    private void Count(IReadOnlyList<string> run)
    {
        if (run.Count >= CapitalLine && run.All(word => !word.Any(char.IsLower)))
            return;
        for (int i = 0; i < run.Count; i++)
        {
            string lower = run[i].ToLowerInvariant();
            if (i == 0 && char.IsUpper(run[i][0]) && !run[i].AsSpan(1).ContainsAnyInRange('A', 'Z'))
                continue;
            if (!_forms.TryGetValue(lower, out Dictionary<string, int>? forms))
                _forms.Add(lower, forms = new Dictionary<string, int>(StringComparer.Ordinal));
            forms[run[i]] = forms.GetValueOrDefault(run[i]) + 1;
        }
    }

    private string GapBetween(string first, string second)
    {
        Dictionary<string, int> gaps = new(StringComparer.Ordinal);
        foreach (string text in _texts)
        {
            int at = text.IndexOf(first, StringComparison.OrdinalIgnoreCase);
            while (at >= 0)
            {
                int end = at + first.Length;
                for (int length = 0; length <= LongestGap && end + length + second.Length <= text.Length; length++)
                {
                    if (string.Compare(text, end + length, second, 0, second.Length, StringComparison.OrdinalIgnoreCase) == 0 && IsGap(text.AsSpan(end, length), first[^1], second[0]))
                        gaps[text.Substring(end, length)] = gaps.GetValueOrDefault(text.Substring(end, length)) + 1;
                }

                at = text.IndexOf(first, end, StringComparison.OrdinalIgnoreCase);
            }
        }

        return gaps.Count == 0 ? first[^1] == '\'' ? "" : " " : gaps.OrderByDescending(gap => gap.Value).ThenBy(gap => gap.Key, StringComparer.Ordinal).First().Key;
    }

    private static bool IsGap(ReadOnlySpan<char> gap, char before, char after) => gap switch
    {
        [] => before == '\'' || (WordSegmentation.IsUnspaced(before) && WordSegmentation.IsUnspaced(after)),
        [' '] => true,
        [' ', var letter, ' '] => char.IsLetter(letter),
        [var letter] => WordSegmentation.IsUnspaced(letter),
        _ => false,
    };
}
