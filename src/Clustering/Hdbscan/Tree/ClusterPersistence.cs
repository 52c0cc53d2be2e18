using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>How persistent the selected clusters are across distances.</summary>
public static class ClusterPersistence
{
    /// <summary>
    /// Per selected cluster, its stability over its number of labelled points, copies counted, times the largest lambda of the whole tree;
    /// 1 where that lambda is infinite or 0, or no point carries the label. Not bounded by 1. O(n + rows).
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <param name="selection">The selected clusters and the stability after selection.</param>
    /// <param name="labels">Per point, its label or -1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Compute(CondensedTree tree, ClusterSelection selection, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(labels);
        double maxLambda = tree.Lambdas.Length == 0 ? 0 : tree.Lambdas.Max();
        int[] sizes = new int[selection.Clusters.Length];
        for (int row = 0; row < tree.Children.Length; row++)
        {
            int child = tree.Children[row];
            if (child < tree.PointCount && labels[child] >= 0)
            {
                sizes[labels[child]] += tree.ChildSizes[row];
            }
        }

        double[] persistence = new double[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            persistence[i] = double.IsInfinity(maxLambda) || maxLambda == 0 || sizes[i] == 0
                ? 1
                : selection.Stability[selection.Clusters[i] - tree.PointCount] / (sizes[i] * maxLambda);
        }

        return persistence;
    }
}
