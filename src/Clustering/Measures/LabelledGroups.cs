namespace Pipeline.Clustering;

/// <summary>The clustered points in order of cluster; noise is left out.</summary>
internal sealed class LabelledGroups
{
    /// <summary>Sorts the points with labels of 0 or more by label, then by index.</summary>
    public LabelledGroups(ReadOnlySpan<int> labels)
    {
        int[] all = labels.ToArray();
        Order = [.. Enumerable.Range(0, all.Length).Where(i => all[i] >= 0).OrderBy(i => all[i])];
        List<int> starts = [];
        Group = new int[Order.Length];
        for (int at = 0; at < Order.Length; at++)
        {
            if (at == 0 || all[Order[at]] != all[Order[at - 1]])
                starts.Add(at);
            Group[at] = starts.Count - 1;
        }

        Starts = [.. starts, Order.Length];
    }

    /// <summary>The indices of the clustered points.</summary>
    public int[] Order { get; }

    /// <summary>The cluster of every entry of <see cref="Order"/>, numbered from 0 without gaps.</summary>
    public int[] Group { get; }

    /// <summary>Where every cluster starts in <see cref="Order"/>, and the end.</summary>
    public int[] Starts { get; }

    /// <summary>The number of clusters.</summary>
    public int Count => Starts.Length - 1;

    /// <summary>The number of points of a cluster.</summary>
    public int Size(int group) => Starts[group + 1] - Starts[group];
}
