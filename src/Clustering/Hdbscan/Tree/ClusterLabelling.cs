using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Labels of points and the strength with which they belong.</summary>
public static class ClusterLabelling
{
    /// <summary>
    /// Gives every point the label of the selected cluster it falls out of or below, else -1. Where the root is the only
    /// cluster, a point belongs if its lambda reaches 1/epsilon, or without epsilon the largest lambda of the root's rows.
    /// O(n + clusters).
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <param name="selected">Ids of the selected clusters, ascending; the position is the label.</param>
    /// <param name="clusterSelectionEpsilon">The distance threshold, 0 for none.</param>
    /// <returns>Per point, its label or -1.</returns>
    public static int[] Label(CondensedTree tree, int[] selected, double clusterSelectionEpsilon)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(selected);
        return Label(ClusterHierarchy.From(tree), Array.ConvertAll(selected, id => id - tree.PointCount), clusterSelectionEpsilon);
    }

    /// <summary>
    /// Per point, min(lambda, m) / m where m is the largest lambda among the rows of its selected cluster; 1 where the
    /// point's lambda is infinite or m is 0; 0 for noise. O(n + clusters).
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <param name="selected">Ids of the selected clusters, ascending; the position is the label.</param>
    /// <param name="labels">Per point, its label or -1.</param>
    /// <returns>Per point, a number in [0, 1].</returns>
    public static double[] Probabilities(CondensedTree tree, int[] selected, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(selected);
        ArgumentNullException.ThrowIfNull(labels);
        return Probabilities(ClusterHierarchy.From(tree), Array.ConvertAll(selected, id => id - tree.PointCount), labels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int[] Label(ClusterHierarchy hierarchy, int[] selected, double epsilon)
    {
        int[] labelOf = hierarchy.NearestSelected(selected);
        int[] labels = new int[hierarchy.PointParents.Length];
        for (int p = 0; p < labels.Length; p++)
        {
            labels[p] = labelOf[hierarchy.PointParents[p]];
        }

        if (labelOf[0] < 0)
        {
            return labels;
        }

        double least = selected.Length > 1 ? double.NaN : hierarchy.RootMembership(epsilon);
        for (int p = 0; p < labels.Length; p++)
        {
            if (labels[p] == 0 && !(hierarchy.PointLambdas[p] >= least))
            {
                labels[p] = -1;
            }
        }

        return labels;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double[] Probabilities(ClusterHierarchy hierarchy, int[] selected, int[] labels)
    {
        double[] probabilities = new double[labels.Length];
        for (int p = 0; p < labels.Length; p++)
        {
            if (labels[p] >= 0)
            {
                double max = hierarchy.MaxLambdas[selected[labels[p]]];
                double lambda = hierarchy.PointLambdas[p];
                probabilities[p] = max == 0 || double.IsInfinity(lambda) ? 1 : Math.Min(lambda, max) / max;
            }
        }

        return probabilities;
    }
}
