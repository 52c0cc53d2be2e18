namespace Pipeline.Clustering;

/// <summary>Global-local outlier scores from hierarchies, GLOSH (Campello, Moulavi, Zimek, Sander 2015).</summary>
public static class OutlierScores
{
    /// <summary>
    /// Per point, (m - lambda) / m where m is the largest lambda at or below the cluster it falls out of. O(rows).
    /// A point of infinite lambda scores 0. Where m alone is infinite the score is 1, its limit; the reference
    /// implementation gives NaN there.
    /// </summary>
    /// <param name="tree">The condensed tree.</param>
    /// <returns>Scores in [0, 1]; the larger, the more of an outlier.</returns>
    public static double[] Compute(CondensedTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return Compute(ClusterHierarchy.From(tree));
    }

    internal static double[] Compute(ClusterHierarchy hierarchy)
    {
        double[] deepest = [.. hierarchy.MaxLambdas];
        for (int c = hierarchy.Count - 1; c > 0; c--)
        {
            deepest[hierarchy.Parents[c]] = Math.Max(deepest[hierarchy.Parents[c]], deepest[c]);
        }

        double[] scores = new double[hierarchy.PointParents.Length];
        for (int p = 0; p < scores.Length; p++)
        {
            double max = deepest[hierarchy.PointParents[p]];
            double lambda = hierarchy.PointLambdas[p];
            scores[p] = max == 0 || double.IsInfinity(lambda) ? 0
                : double.IsInfinity(max) ? 1
                : (max - lambda) / max;
        }

        return scores;
    }
}
