using Pipeline.Clustering;

namespace Pipeline.Streams;

/// <summary>Names clusters by the words that tell them from one another and from other texts of the stream.</summary>
internal static class ClusterLabels
{
    private const int MostTexts = 30;
    private const int MostOthers = 200;

    /// <summary>The texts that name a cluster: its newest.</summary>
    public static IReadOnlyList<string> TextsOf(StreamCluster cluster) => [.. Newest(cluster.Members, MostTexts)];

    /// <summary>Texts of the stream to tell clusters from: the newest.</summary>
    public static IReadOnlyList<string> OthersOf(StreamState state) => [.. Newest(state.Kept, MostOthers)];

    /// <summary>The names, in order; a cluster whose words tell nothing is named by a text of its own.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<IReadOnlyList<string>> clusters, IReadOnlyList<string> others)
    {
        HashSet<string> own = new(clusters.SelectMany(c => c), StringComparer.Ordinal);
        string[] rest = [.. others.Where(text => !own.Contains(text))];
        string[] texts = [.. clusters.SelectMany(c => c), .. rest];
        int[] labels = [.. clusters.SelectMany((c, i) => c.Select(_ => i)), .. rest.Select(_ => clusters.Count)];
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> words = ClassTfIdf.Keywords(texts, labels);
        return [.. clusters.Select((c, i) => words.TryGetValue(i, out IReadOnlyList<Keyword>? keywords) && ClusterNames.Compose(keywords) is { Length: > 0 } name ? name : c.Count > 0 ? c[^1] : "")];
    }

    private static IEnumerable<string> Newest(IReadOnlyCollection<KeptItem> items, int most) => items.Skip(Math.Max(0, items.Count - most)).Select(item => item.Text);
}
