namespace Pipeline.Clustering;

/// <summary>The distance threshold on selected clusters (Malzer, Baum 2020).</summary>
internal static class EpsilonSearch
{
    /// <summary>
    /// Replaces a cluster born below epsilon by its first ancestor born above it, or by the last one on the way that is within the size limit. O(clusters x depth).
    /// </summary>
    /// <param name="hierarchy">The clusters.</param>
    /// <param name="chosen">The clusters chosen so far.</param>
    /// <param name="options">Epsilon, above 0; the limit of size; whether a climb may end at the root, otherwise it ends at the root's child.</param>
    /// <returns>The clusters that remain, ascending.</returns>
    public static int[] Merge(ClusterHierarchy hierarchy, int[] chosen, HdbscanOptions options)
    {
        double epsilon = options.ClusterSelectionEpsilon;
        if (chosen is [0])
        {
            return chosen;
        }

        bool rootMayBe = options.AllowSingleCluster && ClusterSelection.IsWithinLimit(hierarchy, 0, options);
        SortedSet<int> merged = [];
        foreach (int cluster in chosen)
        {
            merged.Add(BirthDistance(cluster) < epsilon ? Climb(cluster) : cluster);
        }

        return [.. merged];

        double BirthDistance(int cluster) => 1 / hierarchy.Births[cluster];

        int Climb(int cluster)
        {
            while (true)
            {
                int parent = hierarchy.Parents[cluster];
                if (parent == 0)
                {
                    return rootMayBe ? 0 : cluster;
                }

                if (!ClusterSelection.IsWithinLimit(hierarchy, parent, options))
                {
                    return cluster;
                }

                if (BirthDistance(parent) > epsilon)
                {
                    return parent;
                }

                cluster = parent;
            }
        }
    }
}
