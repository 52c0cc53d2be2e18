namespace Pipeline.Clustering;

/// <summary>Selection of clusters by excess of mass (Campello, Moulavi, Sander 2013, algorithm 3).</summary>
internal static class ExcessOfMass
{
    /// <summary>
    /// From the leaves up, keeps a cluster unless its children together are more stable or it is too large. O(clusters).
    /// </summary>
    /// <param name="hierarchy">The clusters.</param>
    /// <param name="stability">Per cluster; where children win, theirs is passed up, rounded to single precision as in the reference implementation.</param>
    /// <param name="maxClusterSize">The largest size that may be kept.</param>
    /// <param name="allowSingleCluster">Whether the root takes part.</param>
    /// <returns>The chosen clusters, ascending.</returns>
    public static int[] Choose(ClusterHierarchy hierarchy, double[] stability, int? maxClusterSize, bool allowSingleCluster)
    {
        bool[] kept = new bool[hierarchy.Count];
        int top = allowSingleCluster ? 0 : 1;
        for (int c = hierarchy.Count - 1; c >= top; c--)
        {
            int first = hierarchy.FirstChildren[c];
            float below = first < 0 ? 0 : (float)(stability[first] + stability[first + 1]);
            kept[c] = !(below > stability[c]) && Size(c) <= (maxClusterSize ?? int.MaxValue);
            if (!kept[c])
            {
                stability[c] = below;
            }
        }

        List<int> chosen = [];
        bool[] covered = new bool[hierarchy.Count];
        for (int c = top; c < kept.Length; c++)
        {
            covered[c] = c > 0 && covered[hierarchy.Parents[c]];
            if (kept[c] && !covered[c])
            {
                chosen.Add(c);
                covered[c] = true;
            }
        }

        return [.. chosen];

        int Size(int c) => c > 0 ? hierarchy.Sizes[c]
            : hierarchy.FirstChildren[0] < 0 ? 0
            : hierarchy.Sizes[hierarchy.FirstChildren[0]] + hierarchy.Sizes[hierarchy.FirstChildren[0] + 1];
    }
}
