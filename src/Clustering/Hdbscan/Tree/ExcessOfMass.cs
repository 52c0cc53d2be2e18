namespace Pipeline.Clustering;

/// <summary>Selection of clusters by excess of mass (Campello, Moulavi, Sander 2013, algorithm 3).</summary>
internal static class ExcessOfMass
{
    /// <summary>
    /// From the leaves up, keeps a cluster unless its children together are more stable or it is beyond a limit. O(clusters).
    /// </summary>
    /// <param name="hierarchy">The clusters.</param>
    /// <param name="stability">Per cluster; where children win, theirs is passed up, rounded to single precision as in the reference implementation.</param>
    /// <param name="options">The limits of size and birth distance, and whether the root takes part.</param>
    /// <returns>The chosen clusters, ascending.</returns>
    public static int[] Choose(ClusterHierarchy hierarchy, double[] stability, HdbscanOptions options)
    {
        bool[] kept = new bool[hierarchy.Count];
        int top = options.AllowSingleCluster ? 0 : 1;
        for (int c = hierarchy.Count - 1; c >= top; c--)
        {
            int first = hierarchy.FirstChildren[c];
            float below = first < 0 ? 0 : (float)(stability[first] + stability[first + 1]);
            kept[c] = !(below > stability[c]) && ClusterSelection.IsWithinLimit(hierarchy, c, options) && BirthDistance(c) <= options.ClusterSelectionEpsilonMax;
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

        double BirthDistance(int c) => 1 / (c > 0 ? hierarchy.Births[c] : hierarchy.FirstLambda);
    }
}
