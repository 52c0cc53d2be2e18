namespace Pipeline.Clustering;

/// <summary>The minimum spanning tree of one cluster's mutual reachability distances, as far as density-based validation needs it.</summary>
internal static class DensityTree
{
    /// <summary>
    /// The longest edge between inner vertices (those with two or more edges), or the longest of all where no edge is between inner vertices. A cluster of two
    /// points has no inner vertices; both count as such, so that it still has a place among the others. Prim's algorithm: O(size^2 x d), memory O(size). Core
    /// distances make ties common: as in the package, the next vertex and its parent are those of the lowest index among equals.
    /// </summary>
    /// <param name="rows">The distances.</param>
    /// <param name="start">The cluster's first row.</param>
    /// <param name="size">Its number of points, 2 or more.</param>
    /// <param name="core">The core distance of every row.</param>
    /// <param name="inner">Receives which of the cluster's rows are inner vertices.</param>
    /// <param name="ct">Ends the work early.</param>
    public static double Sparseness(DistanceRows rows, int start, int size, double[] core, bool[] inner, CancellationToken ct)
    {
        (int[] parents, double[] weights) = Prim(rows, start, size, core, ct);
        int[] degrees = new int[size];
        for (int v = 1; v < size; v++)
        {
            degrees[v]++;
            degrees[parents[v]]++;
        }

        double longest = 0, longestInner = double.NegativeInfinity;
        for (int v = 0; v < size; v++)
        {
            inner[start + v] = degrees[v] > 1 || size == 2;
            if (v == 0)
                continue;
            longest = Math.Max(longest, weights[v]);
            if (degrees[v] > 1 && degrees[parents[v]] > 1)
                longestInner = Math.Max(longestInner, weights[v]);
        }

        return double.IsNegativeInfinity(longestInner) ? longest : longestInner;
    }

    private static (int[] Parents, double[] Weights) Prim(DistanceRows rows, int start, int size, double[] core, CancellationToken ct)
    {
        int[] parents = new int[size];
        double[] weights = new double[size];
        bool[] done = new bool[size];
        float[] distances = new float[size];
        weights.AsSpan().Fill(double.PositiveInfinity);
        int current = 0;
        for (int step = 1; step < size; step++)
        {
            ct.ThrowIfCancellationRequested();
            done[current] = true;
            rows.Fill(start + current, start, distances);
            int next = -1;
            for (int v = 0; v < size; v++)
            {
                if (done[v])
                    continue;
                double reach = Math.Max(distances[v], Math.Max(core[start + current], core[start + v]));
                if (reach < weights[v] || (reach == weights[v] && current < parents[v]))
                    (weights[v], parents[v]) = (reach, current);
                if (next < 0 || weights[v] < weights[next])
                    next = v;
            }

            current = next;
        }

        return (parents, weights);
    }
}
