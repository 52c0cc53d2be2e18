namespace Pipeline.Clustering;

/// <summary>Selection of the leaves of the cluster tree.</summary>
internal static class LeafSelection
{
    /// <summary>
    /// The leaves that are within the size limit. Where the root was never split it is the one leaf, and is chosen if a single cluster is allowed. O(n + clusters).
    /// </summary>
    /// <param name="hierarchy">The clusters.</param>
    /// <param name="options">The limit of size, and whether the root may be chosen.</param>
    /// <returns>The chosen clusters, ascending.</returns>
    public static int[] Choose(ClusterHierarchy hierarchy, HdbscanOptions options)
    {
        List<int> leaves = [];
        for (int c = hierarchy.Count == 1 && options.AllowSingleCluster ? 0 : 1; c < hierarchy.Count; c++)
        {
            if (hierarchy.FirstChildren[c] < 0 && ClusterSelection.IsWithinLimit(hierarchy, c, options))
            {
                leaves.Add(c);
            }
        }

        return [.. leaves];
    }
}
