namespace Pipeline.Clustering;

/// <summary>How far two labellings of the same points agree, whatever the labels are called.</summary>
/// <remarks>All negative labels (noise) are one group. Time and memory O(n).</remarks>
public static class PartitionAgreement
{
    /// <summary>The adjusted Rand index (Hubert, Arabie 1985): 1 for the same partition, about 0 for unrelated ones, -0.5 at the least.</summary>
    /// <param name="first">One label per point.</param>
    /// <param name="second">One label per point, of the same points.</param>
    /// <returns>The index; 1 where there are no points.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double AdjustedRandIndex(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        (int[] rows, int[] columns, int[] cells) = Count(first, second);
        double together = Pairs(cells), inFirst = Pairs(rows), inSecond = Pairs(columns), all = Pairs([first.Length]);
        if (together == inFirst && together == inSecond)
            return 1;
        double expected = inFirst * inSecond / all;
        return (together - expected) / ((0.5 * (inFirst + inSecond)) - expected);
    }

    /// <summary>
    /// The mutual information over the arithmetic mean of the two entropies (Strehl, Ghosh 2002; Vinh, Epps, Bailey 2010): 1 for the same partition, 0 for independent ones.
    /// </summary>
    /// <param name="first">One label per point.</param>
    /// <param name="second">One label per point, of the same points.</param>
    /// <returns>0 to 1; 1 where both have a single group or there are no points.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double NormalizedMutualInformation(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        (int[] rows, int[] columns, int[] cells) = Count(first, second);
        if (rows.Length <= 1 && columns.Length <= 1)
            return 1;
        double a = Entropy(rows, first.Length), b = Entropy(columns, first.Length), joint = Entropy(cells, first.Length);
        return Math.Clamp((a + b - joint) / (0.5 * (a + b)), 0, 1);
    }

    private static (int[] Rows, int[] Columns, int[] Cells) Count(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"The labellings have {first.Length} and {second.Length} labels; they need one for each point.", nameof(second));
        Dictionary<int, int> rowIds = [], columnIds = [];
        Dictionary<(int, int), int> cellIds = [];
        List<int> rows = [], columns = [], cells = [];
        for (int i = 0; i < first.Length; i++)
        {
            int a = Math.Max(first[i], -1), b = Math.Max(second[i], -1);
            Increment(rowIds, rows, a);
            Increment(columnIds, columns, b);
            Increment(cellIds, cells, (a, b));
        }

        return ([.. rows], [.. columns], [.. cells]);
    }

    /// <summary>Counts in order of first appearance, so that sums over the counts have a fixed order.</summary>
    private static void Increment<TKey>(Dictionary<TKey, int> ids, List<int> counts, TKey key)
        where TKey : notnull
    {
        if (ids.TryAdd(key, counts.Count))
            counts.Add(0);
        counts[ids[key]]++;
    }

    private static double Pairs(int[] counts)
    {
        long pairs = 0;
        foreach (int count in counts)
            pairs += (long)count * (count - 1) / 2;
        return pairs;
    }

    private static double Entropy(int[] counts, int total)
    {
        double entropy = 0;
        foreach (int count in counts)
            entropy -= (double)count / total * Math.Log((double)count / total);
        return entropy;
    }
}
