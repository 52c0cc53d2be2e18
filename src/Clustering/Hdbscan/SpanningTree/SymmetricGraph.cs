namespace Pipeline.Clustering;

/// <summary>A neighbour graph with every pair listed once in both directions, neighbours ascending.</summary>
/// <param name="Starts">Per point, where its neighbours start.</param>
/// <param name="Ends">Per point, where its neighbours end; room may be left up to the next start.</param>
/// <param name="Indices">The neighbours.</param>
/// <param name="Distances">Their distances.</param>
internal sealed record SymmetricGraph(int[] Starts, int[] Ends, int[] Indices, double[] Distances)
{
    private const int RowsBetweenLooks = 4096;
    private const double ShareOfCounting = 0.2;
    private const double ShareOfCopying = 0.7;

    /// <summary>Lists every pair in both directions; of several distances the smallest stays. O(m log k) time, 24 m bytes.</summary>
    public static SymmetricGraph From(NeighborGraph graph, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = graph.PointCount;
        int[] starts = new int[n + 1];
        for (int row = 0; row < n; row++)
        {
            Look(row, 0, ShareOfCounting);
            starts[row + 1] += graph.Offsets[row + 1] - graph.Offsets[row];
            for (int at = graph.Offsets[row]; at < graph.Offsets[row + 1]; at++)
            {
                starts[graph.Indices[at] + 1]++;
            }
        }

        for (int row = 0; row < n; row++)
        {
            starts[row + 1] += starts[row];
        }

        int[] ends = starts[..n];
        int[] indices = new int[starts[n]];
        double[] distances = new double[starts[n]];
        for (int row = 0; row < n; row++)
        {
            Look(row, ShareOfCounting, ShareOfCopying - ShareOfCounting);
            for (int at = graph.Offsets[row]; at < graph.Offsets[row + 1]; at++)
            {
                int other = graph.Indices[at];
                (indices[ends[row]], distances[ends[row]++]) = (other, graph.Distances[at]);
                (indices[ends[other]], distances[ends[other]++]) = (row, graph.Distances[at]);
            }
        }

        SymmetricGraph result = new(starts, ends, indices, distances);
        ParallelBlocks.RunRows(n, 256, ParallelBlocks.Options(threads, ct), result.SortRows);
        progress.Pass(1, ct);
        return result;

        void Look(int row, double start, double share)
        {
            if (row % RowsBetweenLooks == 0)
            {
                progress.Pass(start + (share * row / n), ct);
            }
        }
    }

    private void SortRows(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            SortRow(row);
        }
    }

    private void SortRow(int row)
    {
        int start = Starts[row], end = Ends[row], kept = start;
        Array.Sort(Indices, Distances, start, end - start);
        for (int at = start; at < end; at++)
        {
            if (kept > start && Indices[kept - 1] == Indices[at])
            {
                Distances[kept - 1] = Math.Min(Distances[kept - 1], Distances[at]);
            }
            else
            {
                (Indices[kept], Distances[kept++]) = (Indices[at], Distances[at]);
            }
        }

        Ends[row] = kept;
    }
}
