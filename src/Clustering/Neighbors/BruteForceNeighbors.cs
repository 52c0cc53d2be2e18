using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Exact nearest neighbours by comparing all pairs, block by block so that both blocks stay in the cache.</summary>
internal static class BruteForceNeighbors
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>
    /// The <paramref name="k"/> nearest points of each query; the lowest index wins a tie. O(q n d) time, O((q + n) d + q k) memory.
    /// </summary>
    /// <param name="points">The points searched.</param>
    /// <param name="queries">The points searched for; the same object as <paramref name="points"/> leaves each point out of its own list.</param>
    /// <param name="k">The number of neighbours, 1 to the number there are.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public static NeighborLists Search(PointSet points, PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = queries.Count, d = points.Dimensions;
        int[] indices = new int[n * k];
        double[] distances = new double[n * k];
        int block = Math.Clamp(BlockBytes / (8 * d), 4, 512);
        int done = 0;
        ParallelBlocks.RunRows(n, block, ParallelBlocks.Options(threads, ct), (start, end) =>
        {
            for (int q = start; q < end; q++)
            {
                _ = NearestList.Start(indices.AsSpan(q * k, k), distances.AsSpan(q * k, k));
            }

            for (int tile = 0; tile < points.Count; tile += block)
            {
                ct.ThrowIfCancellationRequested();
                int tileEnd = Math.Min(points.Count, tile + block);
                for (int q = start; q < end; q++)
                {
                    ScanTile(points, queries, q, tile, tileEnd, NearestList.Resume(indices.AsSpan(q * k, k), distances.AsSpan(q * k, k)));
                }
            }

            foreach (ref double distance in distances.AsSpan(start * k, (end - start) * k))
            {
                distance = points.ToDistance(distance);
            }

            progress?.Report((double)Interlocked.Add(ref done, end - start) / n);
        });
        return new NeighborLists(k, indices, distances);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScanTile(PointSet points, PointSet queries, int query, int from, int to, NearestList nearest)
    {
        ReadOnlySpan<double> row = queries.Row(query);
        int self = ReferenceEquals(points, queries) ? query : -1;
        Span<int> four = stackalloc int[4];
        Span<double> squares = stackalloc double[4];
        int at = from;
        for (; at + 4 <= to; at += 4)
        {
            four[0] = at;
            four[1] = at + 1;
            four[2] = at + 2;
            four[3] = at + 3;
            RowDistance.SquaredToFour(row, points.Rows, four, squares);
            for (int i = 0; i < 4; i++)
            {
                if (squares[i] < nearest.Limit && at + i != self)
                {
                    nearest.Offer(at + i, squares[i]);
                }
            }
        }

        for (; at < to; at++)
        {
            if (at != self)
            {
                nearest.Offer(at, RowDistance.Squared(row, points.Row(at)));
            }
        }
    }
}
