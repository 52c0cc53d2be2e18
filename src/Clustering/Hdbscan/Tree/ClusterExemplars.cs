using System.Runtime.CompilerServices;

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
        (int[] starts, int[] deepest) = Deepest(hierarchy);
        return Array.ConvertAll(selected, c => hierarchy.LeavesBelow(c).SelectMany(leaf => deepest[starts[leaf]..starts[leaf + 1]]).ToArray());
    }

    /// <summary>Per cluster, the points that leave it last, grouped by cluster and ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int[] Starts, int[] Points) Deepest(ClusterHierarchy hierarchy)
    {
        int[] parents = hierarchy.PointParents, starts = new int[hierarchy.Count + 1];
        for (int p = 0; p < parents.Length; p++)
        {
            starts[parents[p] + 1] += hierarchy.PointLambdas[p] == hierarchy.MaxLambdas[parents[p]] ? 1 : 0;
        }

        for (int c = 0; c < hierarchy.Count; c++)
        {
            starts[c + 1] += starts[c];
        }

        int[] points = new int[starts[^1]], next = starts[..^1];
        for (int p = 0; p < parents.Length; p++)
        {
            if (hierarchy.PointLambdas[p] == hierarchy.MaxLambdas[parents[p]])
            {
                points[next[parents[p]]++] = p;
            }
        }

        return (starts, points);
    }
}
