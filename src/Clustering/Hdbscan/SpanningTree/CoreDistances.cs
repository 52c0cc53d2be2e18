using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Core distances (Ester and others 1996; Campello, Moulavi, Sander 2013).</summary>
public static class CoreDistances
{
    /// <summary>
    /// Per point, the distance to its <paramref name="minSamples"/>-th nearest other point; a duplicate counts, the point itself does not.
    /// O(n^2 d) time, or about O(n log n) for many points in few dimensions; O(n (d + minSamples)) memory.
    /// </summary>
    /// <param name="points">n x d finite numbers, row-major, at least two rows.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="minSamples">At least 1; lowered to n - 1.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="progress">Told the share done, 0 to 1, from any thread.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The points or a parameter are out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static double[] Compute(
        ReadOnlyMemory<float> points, int dimensions, int minSamples, DistanceMetric metric = DistanceMetric.Euclidean, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minSamples, 1);
        PointSet set = PointSet.Create(points, dimensions, metric, nameof(points));
        ArgumentOutOfRangeException.ThrowIfLessThan(set.Count, 2, nameof(points));
        KdTree? tree = NeighborSearch.SuitsTree(set) ? KdTree.Build(set, Environment.ProcessorCount, ct) : null;
        int k = Math.Min(minSamples, set.Count - 1);
        return NthOther(NeighborSearch.Search(set, tree, set, k, Environment.ProcessorCount, progress.Ordered(), ct), k);
    }

    /// <summary>The distance of each point's rank-th listed neighbour; 0 for rank 0, the point itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double[] NthOther(NeighborLists neighbors, int rank)
    {
        double[] core = new double[neighbors.Indices.Length / neighbors.Count];
        for (int i = 0; rank > 0 && i < core.Length; i++)
        {
            core[i] = neighbors.Distances[i * neighbors.Count + rank - 1];
        }

        return core;
    }

    /// <summary>
    /// The same where neighbours count with their weights, and the point's own copies come first. <paramref name="rank"/> is at most the
    /// sum of the weights less one; the lists hold as many neighbours, or all.
    /// </summary>
    internal static double[] NthOther(NeighborLists neighbors, int rank, int[]? weights)
    {
        if (weights is null)
        {
            return NthOther(neighbors, rank);
        }

        double[] core = new double[weights.Length];
        for (int i = 0; i < core.Length; i++)
        {
            ReadOnlySpan<int> near = neighbors.IndicesOf(i);
            int seen = weights[i] - 1, at = 0;
            while (seen < rank)
            {
                seen += weights[near[at++]];
            }

            core[i] = at > 0 ? neighbors.DistancesOf(i)[at - 1] : 0;
        }

        return core;
    }
}
