namespace Pipeline.Clustering;

/// <summary>The points that represent a cluster best.</summary>
public static class ClusterExemplars
{
    /// <summary>
    /// Per selected cluster, the points that stay longest in the leaves at or below it: those with each leaf's largest
    /// lambda. O(n + clusters x depth).
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <param name="selected">Ids of the selected clusters.</param>
    /// <returns>Per cluster, point indices; leaves from left to right, within a leaf ascending.</returns>
    public static int[][] Find(CondensedTree tree, int[] selected)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(selected);
        return Find(ClusterHierarchy.From(tree), Array.ConvertAll(selected, id => id - tree.PointCount));
    }

    internal static int[][] Find(ClusterHierarchy hierarchy, int[] selected)
    {
        ILookup<int, int> deepest = Enumerable.Range(0, hierarchy.PointParents.Length)
            .Where(p => hierarchy.PointLambdas[p] == hierarchy.MaxLambdas[hierarchy.PointParents[p]])
            .ToLookup(p => hierarchy.PointParents[p]);
        return Array.ConvertAll(selected, c => hierarchy.LeavesBelow(c).SelectMany(leaf => deepest[leaf]).ToArray());
    }
}
