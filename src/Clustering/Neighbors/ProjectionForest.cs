namespace Pipeline.Clustering;

/// <summary>
/// Random projection trees (Dasgupta, Freund 2008): each parts the points again and again, at the median along the difference of two random points, until
/// a part is small. Near points often end up in the same part.
/// </summary>
internal static class ProjectionForest
{
    /// <summary>Grows trees. O(trees n log n d) time, O(trees n) memory.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="trees">How many trees.</param>
    /// <param name="leafSize">The largest leaf.</param>
    /// <param name="seed">Fixes the result.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The leaves of all trees.</returns>
    public static List<ArraySegment<int>> Grow(DescentRows rows, int trees, int leafSize, int seed, int threads, CancellationToken ct)
    {
        int n = rows.Count, stride = rows.Stride;
        List<ArraySegment<int>>[] leaves = new List<ArraySegment<int>>[trees];
        ParallelBlocks.Run(trees, threads, () => (Difference: new float[stride], Normal: new float[stride], Keys: new float[n]), (tree, own) =>
        {
            leaves[tree] = [];
            Stack<ArraySegment<int>> parts = new([(int[])[.. Enumerable.Range(0, n)]]);
            CounterRandom random = CounterRandom.For(seed, tree, stride);
            while (parts.TryPop(out ArraySegment<int> part))
            {
                ct.ThrowIfCancellationRequested();
                if (part.Count <= leafSize)
                {
                    leaves[tree].Add(part);
                    continue;
                }

                int a = part[random.Below(part.Count)], b = part[random.Below(part.Count)];
                rows.Normal(a, b, own.Difference, own.Normal);
                for (int i = 0; i < part.Count; i++)
                    own.Keys[part.Offset + i] = rows.Dot(own.Normal, part[i]);
                MedianPartition.Select(own.Keys, part.Array!, part.Offset, part.Offset + part.Count, part.Offset + (part.Count / 2));
                parts.Push(part[(part.Count / 2)..]);
                parts.Push(part[..(part.Count / 2)]);
            }
        }, ct);
        return [.. leaves.SelectMany(tree => tree)];
    }
}
