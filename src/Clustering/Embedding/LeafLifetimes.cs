namespace Pipeline.Clustering;

/// <summary>
/// For which smallest clusters each cluster of a tree is a leaf (the barcode of PLSCAN, Bot and others 2025, arXiv:2512.16558): up to the size at which it or
/// its sibling is too small for a split, and from the size on at which nothing below it splits any more.
/// </summary>
internal sealed class LeafLifetimes
{
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    private LeafLifetimes(int[] firsts, int[] lasts)
    {
        _firsts = firsts;
        _lasts = lasts;
        Sizes = [.. Lived().Select(c => _firsts[c]).Distinct().Order()];
    }

    /// <summary>The smallest clusters at which a leaf appears, ascending: between two of them leaves only vanish.</summary>
    public int[] Sizes { get; }

    /// <summary>Reads the lifetimes off a tree. O(rows).</summary>
    /// <param name="tree">The tree, condensed at the least size to look at.</param>
    /// <param name="leastSize">That size.</param>
    public static LeafLifetimes Of(CondensedTree tree, int leastSize)
    {
        ClusterHierarchy hierarchy = ClusterHierarchy.From(tree);
        int[] firsts = new int[hierarchy.Count], lasts = new int[hierarchy.Count];
        firsts.AsSpan().Fill(leastSize);
        for (int right = hierarchy.Count - 1; right > 0; right -= 2)
        {
            int left = right - 1, parent = hierarchy.Parents[right];
            lasts[left] = lasts[right] = Math.Min(hierarchy.Sizes[left], hierarchy.Sizes[right]);
            firsts[parent] = Math.Max(lasts[right] + 1, Math.Max(firsts[left], firsts[right]));
        }

        return new LeafLifetimes(firsts, lasts);
    }

    /// <summary>
    /// For each of <see cref="Sizes"/>, the lengths of the lives of the leaves there, in all: at most the number of points. O(clusters x sizes) time; there are no
    /// more sizes than the root of twice the number of points.
    /// </summary>
    public long[] Persistence()
    {
        long[] persistence = new long[Sizes.Length];
        foreach (int cluster in Lived())
        {
            for (int at = Array.BinarySearch(Sizes, _firsts[cluster]); at < Sizes.Length && Sizes[at] <= _lasts[cluster]; at++)
                persistence[at] += _lasts[cluster] - _firsts[cluster] + 1;
        }

        return persistence;
    }

    /// <summary>The Jaccard index of the leaves at two sizes, 0 to 1.</summary>
    public double Similarity(int size, int otherSize)
    {
        int both = 0, any = 0;
        foreach (int cluster in Lived())
        {
            bool one = IsLeaf(cluster, size), other = IsLeaf(cluster, otherSize);
            both += one && other ? 1 : 0;
            any += one || other ? 1 : 0;
        }

        return any == 0 ? 1 : (double)both / any;
    }

    private bool IsLeaf(int cluster, int size) => _firsts[cluster] <= size && size <= _lasts[cluster];

    /// <summary>The clusters that are a leaf at some size; not the root, which holds everything.</summary>
    private IEnumerable<int> Lived() => Enumerable.Range(1, _firsts.Length - 1).Where(c => _firsts[c] <= _lasts[c]);
}
