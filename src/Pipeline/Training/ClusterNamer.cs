using System.Globalization;
using System.Text;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Finds the keywords of groups of texts, has the groups named, and makes the names unique and presentable.</summary>
public sealed class ClusterNamer(IClusterLabeller labeller)
{
    private const int KeywordCount = 40;
    private const int ShownKeywords = 10;

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
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(texts, groups, new ClassTfIdfOptions { Keywords = KeywordCount });
        ILookup<int, string> titles = Enumerable.Range(0, texts.Count).ToLookup(i => groups[i], i => texts[i].Split('\n', 2)[0]);
        ClusterDescription[] descriptions =
        [
            .. examples.Select((e, group) =>
            {
                IReadOnlyList<Keyword> own = keywords.GetValueOrDefault(group, []);
                return new ClusterDescription(own, TitlePhrase.Find([.. titles[group]], own), e);
            }),
        ];
        GroupLabel[] labels = await LabelsAsync(descriptions, known, cancellationToken);

        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. labels.Select((label, group) => new GroupName(
                Unique(label.Name, descriptions[group], group, taken),
                [.. descriptions[group].Keywords.Take(ShownKeywords).Select(k => k.Term)],
                label.Domain is { Length: > 0 } domain ? Presentable(domain) : null)),
        ];
    }

    private async Task<GroupLabel[]> LabelsAsync(ClusterDescription[] descriptions, IReadOnlyList<string?>? known, CancellationToken cancellationToken)
    {
        GroupLabel[] labels = [.. descriptions.Select((_, group) => new GroupLabel(known?[group] ?? ""))];
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

    // Siblings may share their strongest words: then a word that the name does not have yet tells them apart, and a number where there is none.
    private static string Unique(string label, ClusterDescription description, int group, HashSet<string> taken)
    {
        string name = Presentable(label.Length > 0 ? label : $"group {group + 1}");
        if (taken.Add(name))
        {
            return name;
        }

        foreach (Keyword keyword in description.Keywords.Where(k => !name.Contains(k.Term, StringComparison.OrdinalIgnoreCase)))
        {
            string longer = $"{name}, {keyword.Term}";
            if (taken.Add(longer))
            {
                return longer;
            }
        }

        for (int number = 2; ; number++)
        {
            string numbered = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
            if (taken.Add(numbered))
            {
                return numbered;
            }
        }
    }

    private static string Presentable(string label)
    {
        Rune first = Rune.GetRuneAt(label, 0);
        return string.Concat(Rune.ToUpperInvariant(first).ToString(), label.AsSpan(first.Utf16SequenceLength));
    }
}
