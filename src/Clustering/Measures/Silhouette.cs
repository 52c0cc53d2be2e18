using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>The silhouette (Rousseeuw 1987): how much nearer a point is to its own cluster than to the next one.</summary>
public static class Silhouette
{
    /// <summary>The mean silhouette of the clustered points.</summary>
    /// <remarks>
    /// Time O(sample x n x d), memory O(n x d). Noise (negative labels) takes no part; a cluster of one point counts 0, as in scikit-learn. A sample of
    /// points is still compared with all points.
    /// </remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="labels">One label per point.</param>
    /// <param name="metric">How far apart two points are.</param>
    /// <param name="sampleSize">How many points to average over, 1 or more; null for all.</param>
    /// <param name="seed">Fixes the sample.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all processors. The result does not depend on it.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>-1 to 1, higher is better; NaN with fewer than 2 clusters.</returns>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, the labels do not fit it, or a number is out of its range.</exception>
    public static double Compute(ReadOnlySpan<float> points, int dimensions, ReadOnlySpan<int> labels, DistanceMetric metric = DistanceMetric.Euclidean, int? sampleSize = null, int seed = 42, int? maxDegreeOfParallelism = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        int n = MatrixChecks.SomeSingleRows(points, dimensions, nameof(points));
        MatrixChecks.RequireDefined(metric);
        if (labels.Length != n)
            throw new ArgumentException($"There are {labels.Length} labels for {n} points.", nameof(labels));
        if (sampleSize < 1)
            throw new ArgumentOutOfRangeException(nameof(sampleSize), sampleSize, "The sample has 1 point or more, or is null for all.");
        progress = progress.Ordered();
        ParallelOptions parallel = ParallelBlocks.Options(maxDegreeOfParallelism, ct);
        LabelledGroups groups = new(labels);
        if (groups.Count < 2)
        {
            progress?.Report(1);
            return double.NaN;
        }

        DistanceRows rows = new(points, dimensions, metric, groups.Order);
        int[] sample = Sample(groups.Order.Length, sampleSize, seed);
        double[] values = new double[sample.Length];
        int done = 0;
        ParallelBlocks.RunRows(sample.Length, 32, parallel, () => new float[rows.Count], (first, end, distances) =>
        {
            for (int s = first; s < end; s++)
            {
                rows.Fill(sample[s], 0, distances);
                values[s] = Value(groups, sample[s], distances);
            }

            progress?.Report((double)Interlocked.Add(ref done, end - first) / sample.Length);
        });
        return values.Sum() / values.Length;
    }

    private static int[] Sample(int count, int? size, int seed)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        if (size is not { } wanted || wanted >= count)
            return all;
        CounterRandom random = CounterRandom.For(seed, count, wanted);
        for (int i = 0; i < wanted; i++)
        {
            int other = i + random.Below(count - i);
            (all[i], all[other]) = (all[other], all[i]);
        }

        return all[..wanted];
    }

    private static double Value(LabelledGroups groups, int point, float[] distances)
    {
        int own = groups.Group[point];
        if (groups.Size(own) == 1)
            return 0;
        double within = 0, nearest = double.PositiveInfinity;
        for (int g = 0; g < groups.Count; g++)
        {
            double sum = TensorPrimitives.Sum(distances.AsSpan(groups.Starts[g], groups.Size(g)));
            if (g == own)
                within = sum / (groups.Size(g) - 1);
            else
                nearest = Math.Min(nearest, sum / groups.Size(g));
        }

        double larger = Math.Max(within, nearest);
        return larger > 0 ? (nearest - within) / larger : 0;
    }
}
