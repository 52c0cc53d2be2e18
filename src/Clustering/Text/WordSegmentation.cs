using System.Text;

namespace Pipeline.Clustering;

/// <summary>
/// Puts spaces between the words of Chinese and Japanese texts, without a dictionary: where the script changes (Han, hiragana, katakana, others), and within runs
/// of Han characters so that the words are the runs of up to four characters that are frequent, cohere (pointwise mutual information of their parts), and are
/// free (stand beside different neighbours) in the texts themselves.
/// </summary>
public sealed class WordSegmentation
{
    private const int LongestWord = 4;
    private const int FewestUses = 2;
    private const double LeastCohesion = 1.5;

    /// <summary>What a run counts for each side on which it always has the same neighbour: it may be part of a longer word.</summary>
    private const double Bound = 0.5;

    private readonly Dictionary<string, double> _scores;

    private WordSegmentation(Dictionary<string, double> scores) => _scores = scores;

    private enum Script
    {
        None,
        Other,
        Han,
        Hiragana,
        Katakana,
    }

    /// <summary>Learns the words of texts. O(characters).</summary>
    /// <param name="texts">The texts; those without Han characters teach nothing.</param>
    public static WordSegmentation Learn(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Dictionary<string, (int Count, HashSet<char> Before, HashSet<char> After, int Edges)> grams = new(StringComparer.Ordinal);
        long total = 0;
        foreach (string run in texts.SelectMany(HanRuns))
        {
            total += run.Length;
            for (int start = 0; start < run.Length; start++)
            {
                for (int length = 1; length <= LongestWord && start + length <= run.Length; length++)
                {
                    string gram = run.Substring(start, length);
                    (int count, HashSet<char> before, HashSet<char> after, int edges) = grams.TryGetValue(gram, out var known) ? known : (0, [], [], 0);
                    if (start > 0)
                        before.Add(run[start - 1]);
                    if (start + length < run.Length)
                        after.Add(run[start + length]);
                    grams[gram] = (count + 1, before, after, edges | (start == 0 ? 1 : 0) | (start + length == run.Length ? 2 : 0));
                }
            }
        }

        Dictionary<string, double> scores = new(StringComparer.Ordinal);
        foreach ((string gram, (int count, HashSet<char> before, HashSet<char> after, int edges)) in grams)
        {
            bool begins = before.Count > 1 || (edges & 1) != 0, ends = after.Count > 1 || (edges & 2) != 0;
            if (gram.Length > 1 && count >= FewestUses && Cohesion(gram) >= LeastCohesion)
                scores.Add(gram, (gram.Length - 1) * Math.Log(1 + count) * (begins ? 1 : Bound) * (ends ? 1 : Bound));
        }

        return new WordSegmentation(scores);

        double Cohesion(string gram) =>
            Enumerable.Range(1, gram.Length - 1).Min(cut => Math.Log((double)grams[gram].Count * total / ((double)grams[gram[..cut]].Count * grams[gram[cut..]].Count)));
    }

    /// <summary>Whether a character is written without spaces between words: Han, hiragana or katakana.</summary>
    public static bool IsUnspaced(char character) => ScriptOf(character) is Script.Han or Script.Hiragana or Script.Katakana;

    /// <summary>Whether a word is of hiragana alone: particles, endings and auxiliaries of Japanese.</summary>
    public static bool IsHiragana(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(character => ScriptOf(character) == Script.Hiragana);
    }

    /// <summary>The text with spaces between its words; the same text where it has no character of these scripts.</summary>
    public string Spaced(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(IsUnspaced))
            return text;
        StringBuilder spaced = new(text.Length * 2);
        int at = 0;
        while (at < text.Length)
        {
            Script script = ScriptOf(text[at]);
            int end = at + 1;
            while (end < text.Length && ScriptOf(text[end]) == script)
                end++;
            if (at > 0 && script != Script.None && ScriptOf(text[at - 1]) != Script.None)
                spaced.Append(' ');
            spaced.Append(script == Script.Han ? string.Join(' ', Words(text[at..end])) : text[at..end]);
            at = end;
        }

        return spaced.ToString();
    }

    private static IEnumerable<string> HanRuns(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            int start = at;
            while (at < text.Length && ScriptOf(text[at]) == Script.Han)
                at++;
            if (at > start)
                yield return text[start..at];
        }
    }

    // Prefers the words with the greatest sum of scores; a short run that no other text teaches to cut stays whole.
    private List<string> Words(string run)
    {
        double[] best = new double[run.Length + 1];
        int[] lengths = new int[run.Length + 1];
        for (int end = 1; end <= run.Length; end++)
        {
            (best[end], lengths[end]) = (best[end - 1], 1);
            for (int length = 2; length <= Math.Min(LongestWord, end); length++)
            {
                if (_scores.TryGetValue(run.Substring(end - length, length), out double score) && best[end - length] + score > best[end])
                    (best[end], lengths[end]) = (best[end - length] + score, length);
            }
        }

        List<string> words = [];
        if (best[run.Length] == 0 && run.Length <= LongestWord)
            return [run];
        for (int end = run.Length; end > 0; end -= lengths[end])
            words.Insert(0, run.Substring(end - lengths[end], lengths[end]));
        return words;
    }

    private static Script ScriptOf(char c) => c switch
    {
        (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or '\u3005' => Script.Han,
        >= '\u3041' and <= '\u309F' => Script.Hiragana,
        (>= '\u30A1' and <= '\u30FF' and not '\u30FB') or (>= '\u31F0' and <= '\u31FF') or (>= '\uFF66' and <= '\uFF9D') => Script.Katakana,
        _ => char.IsLetterOrDigit(c) ? Script.Other : Script.None,
    };
}
