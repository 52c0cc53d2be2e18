namespace Pipeline.Clustering;

/// <summary>Chooses the flat clusters of a condensed tree.</summary>
/// <param name="Clusters">The chosen clusters' ids in the condensed tree, ascending; the position is the label.</param>
/// <param name="Stability">Per cluster of the tree, the stability after selection: where sub-clusters won, theirs has been passed up.</param>
public sealed record ClusterSelection(int[] Clusters, double[] Stability)
{
    /// <summary>Chooses by the method, epsilon and size limit of <paramref name="options"/>. O(clusters x depth).</summary>
    /// <param name="tree">The condensed tree.</param>
    /// <param name="stability">What <see cref="ClusterStability.Compute(CondensedTree)"/> gave; not changed.</param>
    /// <param name="options">The parameters.</param>
    public static ClusterSelection Choose(CondensedTree tree, double[] stability, HdbscanOptions options)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(stability);
        ArgumentNullException.ThrowIfNull(options);
        return Choose(ClusterHierarchy.From(tree), stability, options);
    }

    internal static ClusterSelection Choose(ClusterHierarchy hierarchy, double[] stability, HdbscanOptions options)
    {
        double[] propagated = [.. stability];
        int[] chosen = options.SelectionMethod == ClusterSelectionMethod.Leaf
            ? LeafSelection.Choose(hierarchy, options)
            : ExcessOfMass.Choose(hierarchy, propagated, options);
        if (options.ClusterSelectionEpsilon > 0)
        {
            chosen = EpsilonSearch.Merge(hierarchy, chosen, options);
        }

        int points = hierarchy.PointParents.Length;
        return new ClusterSelection(Array.ConvertAll(chosen, c => c + points), propagated);
    }

    /// <summary>Whether a cluster would be labelled on no more points than <see cref="HdbscanOptions.MaxClusterSize"/>.</summary>
    internal static bool IsWithinLimit(ClusterHierarchy hierarchy, int cluster, HdbscanOptions options) =>
        options.MaxClusterSize is not int most || hierarchy.LabelledSize(cluster, options.ClusterSelectionEpsilon) <= most;
}
