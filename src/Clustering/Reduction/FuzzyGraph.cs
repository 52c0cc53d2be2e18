namespace Pipeline.Clustering;

/// <summary>From distances to neighbours to the memberships of the fuzzy neighbourhood graph (McInnes, Healy, Melville 2018, sections 3 and 4.1).</summary>
internal static class FuzzyGraph
{
    private const double Tolerance = 1e-5;
    private const int MaxSteps = 64;

    /// <summary>A scale is at least this part of the mean distance.</summary>
    private const double MinScale = 1e-3;

    /// <summary>
    /// The membership of each point's neighbours: 1 up to <paramref name="nearestIsCertain"/>'s distance, then falling exponentially at the rate at which
    /// they sum up to log2(<paramref name="neighbors"/>). O(n x k).
    /// </summary>
    /// <param name="table">The neighbours, without the point itself.</param>
    /// <param name="neighbors">The neighbourhood's size, which sets the sum.</param>
    /// <param name="nearestIsCertain">Whether the nearest neighbour that is not a duplicate has membership 1 (local connectivity 1).</param>
    /// <param name="meanDistance">The mean distance over the training set, which bounds the scale from below.</param>
    /// <param name="options">Threads and cancellation.</param>
    /// <returns>n x k memberships.</returns>
    public static float[] Memberships(NeighborTable table, int neighbors, bool nearestIsCertain, double meanDistance, ParallelOptions options)
    {
        int k = table.K, n = k == 0 ? 0 : table.Indices.Length / k;
        double target = Math.Log2(Math.Max(neighbors, 2));
        float[] memberships = new float[n * k];
        ParallelBlocks.RunRows(n, 256, options, (first, end) =>
        {
            for (int i = first; i < end; i++)
                Fill(table.Distances.AsSpan(i * k, k), target, neighbors, nearestIsCertain, meanDistance, memberships.AsSpan(i * k, k));
        });
        return memberships;
    }

    /// <summary>The mean over a table, a point's zero distance to itself included.</summary>
    public static double MeanDistance(ReadOnlySpan<float> distances, int count)
    {
        double sum = 0;
        foreach (float distance in distances)
            sum += distance;
        return sum / Math.Max(1, distances.Length + count);
    }

    /// <summary>The fuzzy union a + b - ab of the directed memberships, as a symmetric matrix. O(n x k) time and memory.</summary>
    public static (int[] RowOffsets, int[] Columns, float[] Weights) Union(NeighborTable table, float[] memberships, int n, ParallelOptions options)
    {
        int k = table.K;
        (int[] offsets, int[] sources, float[] reverse) = Transpose(table, memberships, n);
        int[] lengths = new int[n + 1];
        int[] columns = new int[2 * n * k];
        float[] weights = new float[2 * n * k];
        ParallelBlocks.RunRows(n, 256, options, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                int at = (i * k) + offsets[i];
                int[] own = table.Indices.AsSpan(i * k, k).ToArray();
                float[] ownWeights = memberships.AsSpan(i * k, k).ToArray();
                own.AsSpan().Sort(ownWeights.AsSpan());
                lengths[i + 1] = Merge(own, ownWeights, sources.AsSpan(offsets[i]..offsets[i + 1]), reverse.AsSpan(offsets[i]..offsets[i + 1]), columns.AsSpan(at), weights.AsSpan(at));
            }
        });

        int[] rowOffsets = new int[n + 1];
        for (int i = 0; i < n; i++)
        {
            int at = (i * k) + offsets[i], length = lengths[i + 1];
            columns.AsSpan(at, length).CopyTo(columns.AsSpan(rowOffsets[i]));
            weights.AsSpan(at, length).CopyTo(weights.AsSpan(rowOffsets[i]));
            rowOffsets[i + 1] = rowOffsets[i] + length;
        }

        return (rowOffsets, columns[..rowOffsets[n]], weights[..rowOffsets[n]]);
    }

    private static void Fill(ReadOnlySpan<float> distances, double target, int neighbors, bool nearestIsCertain, double meanDistance, Span<float> memberships)
    {
        double rho = 0, sum = 0;
        foreach (float distance in distances)
        {
            if (rho == 0 && nearestIsCertain)
                rho = distance;
            sum += distance;
        }

        double scale = Scale(distances, rho, target);
        scale = Math.Max(scale, MinScale * (rho > 0 || !nearestIsCertain ? sum / neighbors : meanDistance));
        for (int j = 0; j < distances.Length; j++)
        {
            double excess = distances[j] - rho;
            memberships[j] = excess <= 0 || scale == 0 ? 1 : (float)Math.Exp(-excess / scale);
        }
    }

    /// <summary>Bisection for the scale at which the memberships sum up to the target.</summary>
    private static double Scale(ReadOnlySpan<float> distances, double rho, double target)
    {
        double low = 0, high = double.PositiveInfinity, scale = 1;
        for (int step = 0; step < MaxSteps; step++)
        {
            double sum = 0;
            foreach (float distance in distances)
                sum += distance > rho ? Math.Exp((rho - distance) / scale) : 1;
            if (Math.Abs(sum - target) < Tolerance)
                break;
            if (sum > target)
                high = scale;
            else
                low = scale;
            scale = double.IsPositiveInfinity(high) ? scale * 2 : 0.5 * (low + high);
        }

        return scale;
    }

    private static (int[] Offsets, int[] Sources, float[] Weights) Transpose(NeighborTable table, float[] memberships, int n)
    {
        int[] offsets = new int[n + 1];
        foreach (int j in table.Indices)
            offsets[j + 1]++;
        for (int i = 0; i < n; i++)
            offsets[i + 1] += offsets[i];
        int[] next = offsets[..n];
        int[] sources = new int[table.Indices.Length];
        float[] weights = new float[table.Indices.Length];
        for (int e = 0; e < sources.Length; e++)
        {
            int at = next[table.Indices[e]]++;
            sources[at] = e / table.K;
            weights[at] = memberships[e];
        }

        return (offsets, sources, weights);
    }

    private static int Merge(ReadOnlySpan<int> a, ReadOnlySpan<float> aw, ReadOnlySpan<int> b, ReadOnlySpan<float> bw, Span<int> columns, Span<float> weights)
    {
        int i = 0, j = 0, count = 0;
        while (i < a.Length || j < b.Length)
        {
            int x = i < a.Length ? a[i] : int.MaxValue, y = j < b.Length ? b[j] : int.MaxValue;
            float p = x <= y ? aw[i++] : 0, q = y <= x ? bw[j++] : 0;
            float weight = p + q - (p * q);
            if (weight <= 0)
                continue;
            columns[count] = Math.Min(x, y);
            weights[count++] = weight;
        }

        return count;
    }
}
