using System.Text;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Finds the keywords of groups of texts, has the groups named, and makes the names unique and presentable.</summary>
public sealed class ClusterNamer(IClusterLabeller labeller)
{
    private const int ShownKeywords = 10;

    /// <summary>A further phrase may be the name where it scores at least this part of the best one.</summary>
    private const double WorthyPhrase = 0.35;

    /// <summary>Names groups of texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="groups">The group of each text, 0 to the number of groups - 1, or -1 for none.</param>
    /// <param name="examples">A few examples of each group.</param>
    /// <param name="known">The name of each group that has one already; null for each that is to be named.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One name per group, in order.</returns>
    public Task<IReadOnlyList<GroupName>> NameAsync(
        IReadOnlyList<string> texts, IReadOnlyList<int> groups, IReadOnlyList<IReadOnlyList<string>> examples, IReadOnlyList<string?>? known = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(examples);
        return NameAsync(GroupWordings.Of(texts, groups, examples.Count), examples, known, cancellationToken);
    }

    /// <summary>Names groups of texts that are read already.</summary>
    internal async Task<IReadOnlyList<GroupName>> NameAsync(
        GroupWordings wordings, IReadOnlyList<IReadOnlyList<string>> examples, IReadOnlyList<string?>? known, CancellationToken cancellationToken)
    {
        ClusterDescription[] descriptions = [.. examples.Select((example, group) => new ClusterDescription(wordings.Keywords[group], wordings.BestPhrase(group), example))];
        GroupLabel[] labels = await LabelsAsync(descriptions, known, cancellationToken);
        string[] names = DistinctNames.Of(
            [.. labels.Select((label, group) => label.Name.Length == 0 ? $"group {group + 1}" : Ordered(wordings, group, label.Name))],
            [.. wordings.Phrases.Select(ranked => ranked.Where(phrase => phrase.Weight >= WorthyPhrase * ranked[0].Weight).Select(phrase => phrase.Term).ToArray())],
            wordings.Keywords,
            (group, name, word) => Extended(wordings, group, name, word));
        return
        [
            .. labels.Select((label, group) => new GroupName(
                Presentable(Written(names[group], wordings.Members(group), wordings.Forms)),
                [.. wordings.Keywords[group].Take(ShownKeywords).Select(k => k.Term)],
                label.Domain is { Length: > 0 } domain ? Presentable(domain) : null)
            {
                CommonWords = wordings.CommonWords(group),
            }),
        ];
    }

    private static string Ordered(GroupWordings wordings, int group, string name) =>
        !DistinctNames.IsOfKeywords(name) || string.Equals(name, wordings.BestPhrase(group), StringComparison.Ordinal)
            ? name
            : ClusterNames.InOrder(name, wordings.Words(group));

    // Rather another phrase of the titles, with the word and a word of the name, than a word that is hung on.
    private static string Extended(GroupWordings wordings, int group, string name, string word)
    {
        string[] used = [.. name.Split(' ').Where(w => !wordings.SilentWords.Contains(w))];
        return wordings.Phrases[group].Select(phrase => phrase.Term)
                .FirstOrDefault(phrase => phrase.Split(' ') is var words && words.Contains(word, StringComparer.Ordinal) && words.Intersect(used, StringComparer.Ordinal).Any())
            ?? ClusterNames.Extend(name, word, wordings.Words(group));
    }

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
