namespace Pipeline.Clustering;

/// <summary>Selection of the leaves of the cluster tree.</summary>
internal static class LeafSelection
{
    /// <summary>The leaves, ascending; none where the root was never split. O(clusters).</summary>
    public static int[] Choose(ClusterHierarchy hierarchy)
    {
        List<int> leaves = [];
        for (int c = 1; c < hierarchy.Count; c++)
        {
            if (hierarchy.FirstChildren[c] < 0)
            {
                leaves.Add(c);
            }
        }

        return [.. leaves];
    }
}
