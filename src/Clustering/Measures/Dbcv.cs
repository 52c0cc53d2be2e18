namespace Pipeline.Clustering;

/// <summary>
/// Density-based clustering validation (Moulavi, Jaskowiak, Campello, Zimek, Sander 2014), with the details of the validity_index of the Python package
/// hdbscan: all-points core distances over the number of dimensions, sparseness over the edges between inner vertices of each cluster's spanning tree
/// (over all its edges where there are none), and noise counted in the weights.
/// </summary>
public static class Dbcv
{
    private const double ShareOfCores = 0.3;
    private const double ShareOfTrees = 0.4;
    private const int RowsBetweenReports = 64;

    /// <summary>The weighted mean of the clusters' validities.</summary>
    /// <remarks>
    /// Time O(n^2 x d), memory O(n x d + clusters^2): no distance matrix is kept. Where that definition has no value, this one has: a cluster of identical points
    /// has core distance 0, and a cluster of one point contributes 0.
    /// </remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="labels">One label per point, negative for noise.</param>
    /// <param name="metric">How far apart two points are.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all processors. The result does not depend on it.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>-1 to 1, higher is better; NaN with fewer than 2 clusters of 2 or more points.</returns>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, or the labels do not fit it.</exception>
    public static double Compute(ReadOnlySpan<float> points, int dimensions, ReadOnlySpan<int> labels, DistanceMetric metric = DistanceMetric.Euclidean, int? maxDegreeOfParallelism = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        int n = MatrixChecks.SomeSingleRows(points, dimensions, nameof(points));
        MatrixChecks.RequireDefined(metric);
        if (labels.Length != n)
            throw new ArgumentException($"There are {labels.Length} labels for {n} points.", nameof(labels));
        progress = progress.Ordered();
        ParallelOptions parallel = ParallelBlocks.Options(maxDegreeOfParallelism, ct);
        LabelledGroups groups = new(labels);
        int[] usable = [.. Enumerable.Range(0, groups.Count).Where(g => groups.Size(g) > 1)];
        if (usable.Length < 2)
        {
            progress?.Report(1);
            return double.NaN;
        }

        DistanceRows rows = new(points, dimensions, metric, groups.Order);
        double[] core = CoreDistances(groups, rows, progress.Part(0, ShareOfCores), parallel);
        bool[] inner = new bool[rows.Count];
        double[] sparseness = new double[groups.Count];
        int spanned = 0;
        ParallelBlocks.Run(usable.Length, parallel, u =>
        {
            int g = usable[u];
            sparseness[g] = DensityTree.Sparseness(rows, groups.Starts[g], groups.Size(g), core, inner, ct);
            progress?.Report(ShareOfCores + (ShareOfTrees * Interlocked.Add(ref spanned, groups.Size(g)) / rows.Count));
        });
        double[] separation = Separations(groups, rows, core, inner, progress.Part(ShareOfCores + ShareOfTrees, 1 - ShareOfCores - ShareOfTrees), parallel);

        double result = 0;
        foreach (int g in usable)
        {
            double larger = Math.Max(separation[g], sparseness[g]);
            double validity = larger > 0 ? (separation[g] - sparseness[g]) / larger : 0;
            result += (double)groups.Size(g) / n * validity;
        }

        progress?.Report(1);
        return result;
    }

    /// <summary>The all-points core distance: the mean of (1 / distance)^d within the cluster, to the power -1 / d; in logarithms, as the powers overflow.</summary>
    private static double[] CoreDistances(LabelledGroups groups, DistanceRows rows, IProgress<double>? progress, ParallelOptions parallel)
    {
        int done = 0;
        double[] core = new double[rows.Count];
        ParallelBlocks.Run(rows.Count, parallel, i =>
        {
            Count(ref done, rows.Count, progress);
            int group = groups.Group[i];
            float[] distances = new float[groups.Size(group)];
            rows.Fill(i, groups.Starts[group], distances);
            float nearest = float.PositiveInfinity;
            foreach (float distance in distances)
            {
                if (distance > 0)
                    nearest = Math.Min(nearest, distance);
            }

            if (float.IsPositiveInfinity(nearest))
                return;
            double sum = 0;
            foreach (float distance in distances)
            {
                if (distance > 0)
                    sum += Math.Pow((double)nearest / distance, rows.Dimensions);
            }

            core[i] = nearest * Math.Pow(sum / (distances.Length - 1), -1.0 / rows.Dimensions);
        });
        return core;
    }

    private static void Count(ref int done, int all, IProgress<double>? progress)
    {
        if (Interlocked.Increment(ref done) is int now && now % RowsBetweenReports == 0)
            progress?.Report((double)now / all);
    }

    /// <summary>For every cluster the smallest mutual reachability distance from its inner vertices to those of another cluster.</summary>
    private static double[] Separations(LabelledGroups groups, DistanceRows rows, double[] core, bool[] inner, IProgress<double>? progress, ParallelOptions parallel)
    {
        int done = 0;
        double[] nearest = new double[rows.Count];
        ParallelBlocks.Run(rows.Count, parallel, i =>
        {
            Count(ref done, rows.Count, progress);
            nearest[i] = double.PositiveInfinity;
            if (!inner[i])
                return;
            float[] distances = new float[rows.Count];
            rows.Fill(i, 0, distances);
            for (int j = 0; j < distances.Length; j++)
            {
                if (inner[j] && groups.Group[j] != groups.Group[i])
                    nearest[i] = Math.Min(nearest[i], Math.Max(distances[j], Math.Max(core[i], core[j])));
            }
        });

        double[] separation = new double[groups.Count];
        for (int g = 0; g < groups.Count; g++)
            separation[g] = nearest.AsSpan(groups.Starts[g], groups.Size(g)).ToArray().Min();
        return separation;
    }
}
