using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>The stability of clusters (Campello, Moulavi, Sander 2013, equation 3).</summary>
public static class ClusterStability
{
    /// <summary>
    /// Per cluster, the sum of (lambda - birth) x size over what leaves it, added up in row order. O(rows).
    /// A cluster born at distance 0 has stability NaN, as in the reference implementation, and is never split further.
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <returns>Stabilities; position c is cluster id <c>PointCount + c</c>.</returns>
    public static double[] Compute(CondensedTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return Compute(tree, ClusterHierarchy.From(tree).Births);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double[] Compute(CondensedTree tree, double[] births)
    {
        double[] stability = new double[births.Length];
        for (int row = 0; row < tree.Parents.Length; row++)
        {
            int cluster = tree.Parents[row] - tree.PointCount;
            stability[cluster] += (tree.Lambdas[row] - births[cluster]) * tree.ChildSizes[row];
        }

        return stability;
    }
}
