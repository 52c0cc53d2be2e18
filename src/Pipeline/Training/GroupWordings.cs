using System.Collections.Frozen;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>The words and phrases of groups of texts: what names are made of.</summary>
internal sealed class GroupWordings
{
    private const int KeywordCount = 40;
    private const int OrderTexts = 200;
    private const int LongestNumber = 3;

    // How keywords write every negation.
    private const string Not = "not";

    /// <summary>The share of a group's titles that must have a phrase for it to be the name; and where no phrase has it, before keywords are strung together.</summary>
    private const double CommonPhrase = 0.15, RarerPhrase = 0.08;

    /// <summary>The share of a group's titles that must have a phrase for the group to be about that alone.</summary>
    private const double MainPhrase = 0.5;

    /// <summary>The share of a group's texts that must have a word for it to stand in a name.</summary>
    private const double CommonWord = 0.15;

    private readonly Reading _reading;
    private readonly string[] _others;
    private readonly string[] _contents;
    private readonly ILookup<int, int> _members;

    private GroupWordings(Reading reading, IReadOnlyList<int> groups, int count, string[] others)
    {
        _reading = reading;
        _others = others;
        _contents = reading.Contents;
        _members = Enumerable.Range(0, _contents.Length).ToLookup(i => groups[i]);
        SilentWords = Silent(reading, groups);
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords([.. _contents, .. others], [.. groups, .. others.Select(_ => -1)], new ClassTfIdfOptions { Keywords = KeywordCount, StopWords = SilentWords });
        Keywords = [.. Enumerable.Range(0, count).Select(group => NamingWords(keywords.GetValueOrDefault(group, []), [.. _members[group].Select(i => _contents[i])]))];
        Phrases = [.. Enumerable.Range(0, count).Select(group => Rank(group, CommonPhrase) is { Count: > 0 } common ? common : Rank(group, RarerPhrase))];
    }

    /// <summary>The texts as they are written.</summary>
    public IReadOnlyList<string> Texts => _reading.Texts;

    /// <summary>How words are written in them.</summary>
    public SurfaceForms Forms => _reading.Forms.Value;

    /// <summary>Words that say nothing.</summary>
    public FrozenSet<string> SilentWords { get; }

    /// <summary>The words of each group that may stand in its name, the strongest first.</summary>
    public IReadOnlyList<Keyword>[] Keywords { get; }

    /// <summary>The phrases that the titles of each group share, the best first.</summary>
    public IReadOnlyList<Keyword>[] Phrases { get; }

    /// <summary>The best of a group's phrases; null where its titles share none.</summary>
    public string? BestPhrase(int group) => Phrases[group] is [Keyword best, ..] ? best.Term : null;

    /// <summary>Reads groups of texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="groups">The group of each text, 0 to <paramref name="count"/> - 1, or -1 for none.</param>
    /// <param name="count">How many groups there are.</param>
    /// <param name="background">Texts of elsewhere: what they have in common with these tells no group. Null for none.</param>
    public static GroupWordings Of(IReadOnlyList<string> texts, IReadOnlyList<int> groups, int count, IReadOnlyList<string>? background = null) =>
        new(Reading.Of(texts), groups, count, background is null ? [] : NamingTexts.Of([.. background.Except(texts, StringComparer.Ordinal)]));

    /// <summary>The same texts in other groups, without a background or with the same one. What does not depend on the groups is not read again.</summary>
    /// <param name="groups">The group of each text, 0 to <paramref name="count"/> - 1, or -1 for none.</param>
    /// <param name="count">How many groups there are.</param>
    /// <param name="sameBackground">Whether the background stays.</param>
    public GroupWordings Regrouped(IReadOnlyList<int> groups, int count, bool sameBackground = false) => new(_reading, groups, count, sameBackground ? _others : []);

    /// <summary>The texts of a group.</summary>
    public string[] Members(int group) => [.. _members[group].Select(i => Texts[i])];

    /// <summary>The words of a group's texts, in order: of a few of them.</summary>
    public IReadOnlyList<string>[] Words(int group) =>
        [.. _members[group].Take(OrderTexts).Select(i => (IReadOnlyList<string>)[.. Tokenizer.Split(_contents[i]).SelectMany(run => run)])];

    /// <summary>The words that many of a group's texts have and that say something, with the share of the texts that do, 0.15 to 1.</summary>
    public IReadOnlyDictionary<string, double> CommonWords(int group)
    {
        double count = _members[group].Count();
        return _members[group].SelectMany(i => Tokenizer.Split(_contents[i]).SelectMany(run => run).Distinct(StringComparer.Ordinal)).CountBy(word => word, StringComparer.Ordinal)
            .Where(word => word.Value >= CommonWord * count && !SilentWords.Contains(word.Key) && !IsCode(word.Key)).ToDictionary(word => word.Key, word => word.Value / count, StringComparer.Ordinal);
    }

    /// <summary>For each group the first one that says the same: half of the titles of both, or more, have a phrase of the same words, and none says more of them.</summary>
    public int[] SayingTheSame()
    {
        Dictionary<string, int> first = new(StringComparer.Ordinal);
        return
        [
            .. Enumerable.Range(0, Phrases.Length).Select(group =>
            {
                string? phrase = Rank(group, MainPhrase) is [Keyword best, ..] ? best.Term : null;
                string key = phrase is null ? "" : string.Join(' ', phrase.Split(' ').Where(word => !SilentWords.Contains(word)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
                return key.Length == 0 || first.TryAdd(key, group) ? group : first[key];
            }),
        ];
    }

    private IReadOnlyList<Keyword> Rank(int group, double share) =>
        TitlePhrase.Rank([.. _members[group].Select(i => NamingTexts.Title(_contents[i]))], Keywords[group], share, SilentWords);

    // Stop words of the languages that the texts are in, words that all groups use alike, and the particles and endings of Japanese.
    private static FrozenSet<string> Silent(Reading reading, IReadOnlyList<int> groups) =>
        reading.StopWords.Concat(SpreadWords.Find(reading.Contents, groups))
            .Concat(reading.Contents.Where(text => text.Any(WordSegmentation.IsUnspaced)).SelectMany(text => Tokenizer.Split(text).SelectMany(run => run)).Where(WordSegmentation.IsHiragana))
            .ToFrozenSet(StringComparer.Ordinal);

    // Codes and numbers of hosts, tickets and plants name no problem, nor does what few of its texts have, unless a group has nothing else.
    private static Keyword[] NamingWords(IReadOnlyList<Keyword> keywords, string[] texts)
    {
        Keyword[] words = [.. keywords.Where(keyword => !keyword.Term.Split(' ').Any(IsCode))];
        words = words.Length > 0 ? words : [.. keywords];
        (HashSet<string> Words, int Copies)[] used = [.. texts.CountBy(text => text, StringComparer.Ordinal).Select(text => (Tokenizer.Split(text.Key).SelectMany(run => run).ToHashSet(StringComparer.Ordinal), text.Value))];
        Keyword[] common = [.. words.Where(keyword => keyword.Term.Split(' ') is var parts && used.Where(text => Array.TrueForAll(parts, word => word is Not || text.Words.Contains(word))).Sum(text => text.Copies) >= CommonWord * texts.Length)];
        return common.Length > 1 ? common : words;
    }

    private static bool IsCode(string word) =>
        word.Any(char.IsAsciiDigit) && (word.Count(char.IsAsciiDigit) > LongestNumber || word.AsSpan().ContainsAny("_-."));

    /// <summary>What is read of texts, whatever their groups.</summary>
    private sealed record Reading(IReadOnlyList<string> Texts, string[] Contents, IReadOnlySet<string> StopWords, Lazy<SurfaceForms> Forms)
    {
        public static Reading Of(IReadOnlyList<string> texts)
        {
            string[] contents = NamingTexts.Of(texts);
            return new Reading(texts, contents, Clustering.StopWords.Of(contents), new Lazy<SurfaceForms>(() => new SurfaceForms(texts)));
        }
    }
}
