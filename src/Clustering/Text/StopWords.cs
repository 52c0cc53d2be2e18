using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>
/// Words that say nothing about a text's subject, by language: articles, pronouns, prepositions, conjunctions, auxiliaries, common adverbs and courtesies in
/// English, German, French, Spanish, Portuguese, Italian, Dutch, Polish and Chinese.
/// </summary>
public static class StopWords
{
    private const string EnglishCode = "en";

    /// <summary>Words of a list that a text must use before it can be of that language.</summary>
    private const int FewestHits = 2;

    /// <summary>The share of the texts of a known language that a language must have for its words to be left out.</summary>
    private const double SmallestShare = 0.005;

    private static readonly FrozenDictionary<string, FrozenSet<string>> Lists =
        new[] { "de", EnglishCode, "es", "fr", "it", "nl", "pl", "pt" }.ToFrozenDictionary(code => code, Read, StringComparer.Ordinal);

    private static readonly FrozenSet<string> Chinese = Read("zh");

    // By the languages' codes: freezing a set takes as long as reading hundreds of texts.
    private static readonly ConcurrentDictionary<string, FrozenSet<string>> Combined = new(StringComparer.Ordinal);

    /// <summary>The English words, in lower case.</summary>
    public static FrozenSet<string> English => Lists[EnglishCode];

    /// <summary>The words of all languages, in lower case. Some are ordinary words of another language: "pod" is a preposition in Polish.</summary>
    public static FrozenSet<string> All { get; } = Lists.Values.SelectMany(list => list).Concat(Chinese).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// The words of the languages that texts are written in: English, and each language that 1 in 200 of the texts with a recognised language use. A text is of the
    /// language, or languages, of which it uses the most stop words, two at least. O(words x languages).
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <returns>The words, in lower case.</returns>
    public static FrozenSet<string> Of(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Dictionary<string, int> votes = new(StringComparer.Ordinal);
        int voters = 0;
        foreach (string text in texts)
        {
            string[] words = [.. Tokenizer.Split(text).SelectMany(run => run).Distinct(StringComparer.Ordinal)];
            (string Code, int Hits)[] hits = [.. Lists.Select(list => (list.Key, words.Count(list.Value.Contains)))];
            int most = hits.Max(hit => hit.Hits);
            if (most < FewestHits)
                continue;
            voters++;
            bool english = hits.Any(hit => hit.Hits == most && string.Equals(hit.Code, EnglishCode, StringComparison.Ordinal));
            foreach ((string code, _) in hits.Where(hit => hit.Hits == most && !english))
                votes[code] = votes.GetValueOrDefault(code) + 1;
        }

        string[] used = [.. Lists.Keys.Where(code => string.Equals(code, EnglishCode, StringComparison.Ordinal) || votes.GetValueOrDefault(code) > SmallestShare * voters).Order(StringComparer.Ordinal)];
        return Combined.GetOrAdd(string.Join(' ', used), _ => used.SelectMany(code => Lists[code]).Concat(Chinese).ToFrozenSet(StringComparer.Ordinal));
    }

    private static FrozenSet<string> Read(string code)
    {
        using Stream stream = typeof(StopWords).Assembly.GetManifestResourceStream($"Pipeline.Clustering.StopWords.{code}.txt")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
