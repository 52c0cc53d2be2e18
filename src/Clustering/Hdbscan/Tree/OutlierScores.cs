using System.Runtime.CompilerServices;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double[] Compute(ClusterHierarchy hierarchy)
    {
        double[] deepest = hierarchy.DeepestLambdas();
        double[] scores = new double[hierarchy.PointParents.Length];
        for (int p = 0; p < scores.Length; p++)
        {
            scores[p] = Score(deepest[hierarchy.PointParents[p]], hierarchy.PointLambdas[p]);
        }

        return scores;
    }

    /// <summary>The score of a lambda below a cluster whose largest lambda is known.</summary>
    internal static double Score(double max, double lambda) =>
        max == 0 || double.IsInfinity(lambda) ? 0
        : double.IsInfinity(max) ? 1
        : (max - lambda) / max;
}
