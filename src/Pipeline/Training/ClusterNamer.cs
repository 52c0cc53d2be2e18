using System.Collections.Frozen;
using System.Text;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Finds the keywords of groups of texts, has the groups named, and makes the names unique and presentable.</summary>
public sealed class ClusterNamer(IClusterLabeller labeller)
{
    private const int KeywordCount = 40;
    private const int ShownKeywords = 10;
    private const int OrderTexts = 200;
    private const int LongestNumber = 3;

    // How keywords write every negation.
    private const string Not = "not";

    /// <summary>The share of a group's titles that must have a phrase for it to be the name; and where no phrase has it, before keywords are strung together.</summary>
    private const double CommonPhrase = 0.15, RarerPhrase = 0.08;

    /// <summary>The share of a group's texts that must have a word for it to stand in a name.</summary>
    private const double CommonWord = 0.15;

    /// <summary>A further phrase may be the name where it scores at least this part of the best one.</summary>
    private const double WorthyPhrase = 0.35;

    /// <summary>Names groups of texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="groups">The group of each text, 0 to the number of groups - 1, or -1 for none.</param>
    /// <param name="examples">A few examples of each group.</param>
    /// <param name="known">The name of each group that has one already; null for each that is to be named.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One name per group, in order.</returns>
    public async Task<IReadOnlyList<GroupName>> NameAsync(
        IReadOnlyList<string> texts, IReadOnlyList<int> groups, IReadOnlyList<IReadOnlyList<string>> examples, IReadOnlyList<string?>? known = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(examples);
        string[] contents = NamingTexts.Of(texts);
        FrozenSet<string> stopWords = SilentWords(contents, groups);
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(contents, groups, new ClassTfIdfOptions { Keywords = KeywordCount, StopWords = stopWords });
        ILookup<int, int> members = Enumerable.Range(0, texts.Count).ToLookup(i => groups[i]);
        IReadOnlyList<Keyword>[] phrases = new IReadOnlyList<Keyword>[examples.Count];
        ClusterDescription[] descriptions = new ClusterDescription[examples.Count];
        for (int group = 0; group < examples.Count; group++)
        {
            IReadOnlyList<Keyword> own = NamingWords(keywords.GetValueOrDefault(group, []), [.. members[group].Select(i => contents[i])]);
            phrases[group] = Phrases([.. members[group].Select(i => NamingTexts.Title(contents[i]))], own, stopWords);
            descriptions[group] = new ClusterDescription(own, phrases[group].Count > 0 ? phrases[group][0].Term : null, examples[group]);
        }

        GroupLabel[] labels = await LabelsAsync(descriptions, known, cancellationToken);
        string[] names = DistinctNames.Of(
            [.. labels.Select((label, group) => label.Name.Length == 0 ? $"group {group + 1}" : Ordered(group, label.Name))],
            [.. phrases.Select(ranked => ranked.Where(phrase => phrase.Weight >= WorthyPhrase * ranked[0].Weight).Select(phrase => phrase.Term).ToArray())],
            [.. descriptions.Select(d => d.Keywords)],
            Extended);

        SurfaceForms all = new(texts);
        return
        [
            .. labels.Select((label, group) => new GroupName(
                Presentable(Written(names[group], [.. members[group].Select(i => texts[i])], all)),
                [.. descriptions[group].Keywords.Take(ShownKeywords).Select(k => k.Term)],
                label.Domain is { Length: > 0 } domain ? Presentable(domain) : null)),
        ];

        string Ordered(int group, string name) =>
            !DistinctNames.IsOfKeywords(name) || string.Equals(name, descriptions[group].TitlePhrase, StringComparison.Ordinal)
                ? name
                : ClusterNames.InOrder(name, Words(group));

        // Rather another phrase of the titles, with the word and a word of the name, than a word that is hung on.
        string Extended(int group, string name, string word)
        {
            string[] used = [.. name.Split(' ').Where(w => !stopWords.Contains(w))];
            return phrases[group].Select(phrase => phrase.Term).FirstOrDefault(phrase => phrase.Split(' ') is var words && words.Contains(word, StringComparer.Ordinal) && words.Intersect(used, StringComparer.Ordinal).Any())
                ?? ClusterNames.Extend(name, word, Words(group));
        }

        IReadOnlyList<string>[] Words(int group) => [.. members[group].Take(OrderTexts).Select(i => (IReadOnlyList<string>)[.. Tokenizer.Split(contents[i]).SelectMany(run => run)])];
    }

    // Stop words of the languages that the texts are in, words that all groups use alike, and the particles and endings of Japanese.
    private static FrozenSet<string> SilentWords(string[] texts, IReadOnlyList<int> groups) =>
        StopWords.Of(texts).Concat(SpreadWords.Find(texts, groups))
            .Concat(texts.Where(text => text.Any(WordSegmentation.IsUnspaced)).SelectMany(text => Tokenizer.Split(text).SelectMany(run => run)).Where(WordSegmentation.IsHiragana))
            .ToFrozenSet(StringComparer.Ordinal);

    // First the phrases that many titles have, then the rarer ones.
    private static IReadOnlyList<Keyword> Phrases(string[] titles, IReadOnlyList<Keyword> words, FrozenSet<string> stopWords)
    {
        IReadOnlyList<Keyword> common = TitlePhrase.Rank(titles, words, CommonPhrase, stopWords);
        return common.Count > 0 ? common : TitlePhrase.Rank(titles, words, RarerPhrase, stopWords);
    }

    // Codes and numbers of hosts, tickets and plants name no problem, nor does what few of its texts have, unless a group has nothing else.
    private static IReadOnlyList<Keyword> NamingWords(IReadOnlyList<Keyword> keywords, string[] texts)
    {
        Keyword[] words = [.. keywords.Where(keyword => !keyword.Term.Split(' ').Any(IsCode))];
        words = words.Length > 0 ? words : [.. keywords];
        HashSet<string>[] used = [.. texts.Select(text => Tokenizer.Split(text).SelectMany(run => run).ToHashSet(StringComparer.Ordinal))];
        Keyword[] common = [.. words.Where(keyword => used.Count(text => keyword.Term.Split(' ').All(word => word is Not || text.Contains(word))) >= CommonWord * texts.Length)];
        return common.Length > 1 ? common : words;
    }

    private static bool IsCode(string word) =>
        word.Any(char.IsAsciiDigit) && (word.Count(char.IsAsciiDigit) > LongestNumber || word.AsSpan().ContainsAny("_-."));

    private async Task<GroupLabel[]> LabelsAsync(ClusterDescription[] descriptions, IReadOnlyList<string?>? known, CancellationToken cancellationToken)
    {
        GroupLabel[] labels = [.. descriptions.Select((_, group) => new GroupLabel(known?[group] is { Length: > 0 } name ? Presentable(name) : ""))];
        int[] unnamed = [.. Enumerable.Range(0, labels.Length).Where(group => labels[group].Name.Length == 0)];
        if (unnamed.Length > 0)
        {
            foreach ((int group, GroupLabel label) in unnamed.Zip(await labeller.LabelAsync([.. unnamed.Select(group => descriptions[group])], cancellationToken)))
            {
                labels[group] = label;
            }
        }

        return labels;
    }

    private static string Written(string name, string[] members, SurfaceForms all) =>
        DistinctNames.IsOfKeywords(name) ? new SurfaceForms(members).Write(name.Split(' '), all) : name;

    private static string Presentable(string label)
    {
        // "iPhone" and "eMail" stay as they are.
        string word = label.Split(' ', 2)[0];
        if (word.Any(char.IsUpper))
        {
            return label;
        }

        Rune first = Rune.GetRuneAt(label, 0);
        return string.Concat(Rune.ToUpperInvariant(first).ToString(), label.AsSpan(first.Utf16SequenceLength));
    }
}
