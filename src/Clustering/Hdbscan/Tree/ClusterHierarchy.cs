using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The condensed tree by cluster and by point instead of by row. Cluster c stands for id <c>points + c</c>; 0 is the root.
/// </summary>
/// <param name="Parents">Per cluster, its parent; -1 for the root. Parents precede children.</param>
/// <param name="Births">Per cluster, the lambda at which it splits off; 0 for the root.</param>
/// <param name="Sizes">Per cluster, its number of points, copies counted.</param>
/// <param name="FirstChildren">Per cluster, the first of its two children (the other is the next number); -1 for a leaf.</param>
/// <param name="MaxLambdas">Per cluster, the largest lambda at which a point or a cluster leaves it.</param>
/// <param name="PointParents">Per point, the cluster it falls out of.</param>
/// <param name="PointLambdas">Per point, the lambda at which it does.</param>
internal sealed record ClusterHierarchy(
    int[] Parents, double[] Births, int[] Sizes, int[] FirstChildren, double[] MaxLambdas, int[] PointParents, double[] PointLambdas)
{
    /// <summary>Per point, how many copies it stands for; null where each stands for itself alone or it is not known.</summary>
    public int[]? PointSizes { get; init; }

    /// <summary>The number of clusters, the root included.</summary>
    public int Count => Parents.Length;

    /// <summary>The smallest lambda in the tree, at which the root first loses something.</summary>
    public double FirstLambda => Math.Min(PointLambdas.Min(), Count > 1 ? Births[1] : double.PositiveInfinity);

    /// <summary>
    /// The lambda that a point has to reach to belong to the root where that is the only cluster: 1/epsilon, or without epsilon the largest lambda of
    /// the root's rows.
    /// </summary>
    public double RootMembership(double epsilon) => epsilon > 0 ? 1 / epsilon : MaxLambdas[0];

    /// <summary>
    /// How many points, copies counted, would be labelled with a cluster that is chosen: all that it holds, or of the root as the only cluster those that
    /// <see cref="RootMembership"/> lets in. O(points) for the root.
    /// </summary>
    public long LabelledSize(int cluster, double epsilon)
    {
        if (cluster > 0)
        {
            return Sizes[cluster];
        }

        long size = 0;
        double least = RootMembership(epsilon);
        for (int p = 0; p < PointLambdas.Length; p++)
        {
            size += PointLambdas[p] >= least ? PointSizes?[p] ?? 1 : 0;
        }

        return size;
    }

    /// <summary>Per cluster, the largest lambda at or below it.</summary>
    public double[] DeepestLambdas()
    {
        double[] deepest = [.. MaxLambdas];
        for (int c = Count - 1; c > 0; c--)
        {
            deepest[Parents[c]] = Math.Max(deepest[Parents[c]], deepest[c]);
        }

        return deepest;
    }

    /// <summary>Reads the hierarchy off a condensed tree. O(rows).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ClusterHierarchy From(CondensedTree tree)
    {
        int points = tree.PointCount;
        int clusters = 1;
        foreach (int child in tree.Children)
        {
            clusters += child >= points ? 1 : 0;
        }

        int[] parents = new int[clusters], pointParents = new int[points], sizes = new int[clusters];
        int[]? pointSizes = null;
        double[] births = new double[clusters], pointLambdas = new double[points];
        parents[0] = -1;
        for (int row = 0; row < tree.Parents.Length; row++)
        {
            int child = tree.Children[row];
            if (tree.Parents[row] == points)
            {
                sizes[0] += tree.ChildSizes[row];
            }

            if (child < points)
            {
                pointParents[child] = tree.Parents[row] - points;
                pointLambdas[child] = tree.Lambdas[row];
                if (tree.ChildSizes[row] != 1)
                {
                    pointSizes ??= Enumerable.Repeat(1, points).ToArray();
                    pointSizes[child] = tree.ChildSizes[row];
                }
            }
            else
            {
                parents[child - points] = tree.Parents[row] - points;
                births[child - points] = tree.Lambdas[row];
                sizes[child - points] = tree.ChildSizes[row];
            }
        }

        return From(parents, births, sizes, pointParents, pointLambdas) with { PointSizes = pointSizes };
    }

    /// <summary>Completes the hierarchy from its parent pointers. O(points + clusters).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ClusterHierarchy From(int[] parents, double[] births, int[] sizes, int[] pointParents, double[] pointLambdas)
    {
        int[] firstChildren = new int[parents.Length];
        double[] maxLambdas = new double[parents.Length];
        firstChildren.AsSpan().Fill(-1);
        for (int c = parents.Length - 1; c > 0; c--)
        {
            firstChildren[parents[c]] = c;
            maxLambdas[parents[c]] = Math.Max(maxLambdas[parents[c]], births[c]);
        }

        for (int p = 0; p < pointParents.Length; p++)
        {
            maxLambdas[pointParents[p]] = Math.Max(maxLambdas[pointParents[p]], pointLambdas[p]);
        }

        return new ClusterHierarchy(parents, births, sizes, firstChildren, maxLambdas, pointParents, pointLambdas);
    }

    /// <summary>The leaves at or below a cluster, from left to right.</summary>
    public IEnumerable<int> LeavesBelow(int cluster)
    {
        Stack<int> open = new([cluster]);
        while (open.TryPop(out int at))
        {
            if (FirstChildren[at] < 0)
            {
                yield return at;
            }
            else
            {
                open.Push(FirstChildren[at] + 1);
                open.Push(FirstChildren[at]);
            }
        }
    }

    /// <summary>Per cluster, the position in <paramref name="selected"/> of the nearest selected cluster at or above it; -1 where there is none.</summary>
    /// <param name="selected">Cluster numbers, ascending.</param>
    public int[] NearestSelected(ReadOnlySpan<int> selected)
    {
        int[] label = new int[Count];
        label.AsSpan().Fill(-1);
        for (int i = 0; i < selected.Length; i++)
        {
            label[selected[i]] = i;
        }

        for (int c = 1; c < label.Length; c++)
        {
            if (label[c] < 0)
            {
                label[c] = label[Parents[c]];
            }
        }

        return label;
    }
}
