namespace Pipeline.Clustering;

/// <summary>Merges the parts of a graph into nodes.</summary>
internal static class GraphContraction
{
    /// <summary>
    /// The graph whose nodes are parts. Two parts are joined by the sum of the weights between their members over the root of the product of their sizes,
    /// at most 1. O(edges log(edges)) time, and O(edges + threads x parts) memory.
    /// </summary>
    /// <param name="graph">The graph, symmetric.</param>
    /// <param name="part">The part of each node, 0 to <paramref name="count"/> - 1.</param>
    /// <param name="count">The number of parts.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static UmapGraph Contract(UmapGraph graph, int[] part, int count, ParallelOptions parallel)
    {
        (int[] offsets, int[] members) = Members(part, count);
        int[][] columns = new int[count][];
        float[][] weights = new float[count][];
        ParallelBlocks.Run(count, parallel.Threads(), () => new float[count], (own, sums) =>
        {
            List<int> touched = [];
            foreach (int member in members.AsSpan(offsets[own]..offsets[own + 1]))
                Add(graph, part, member, own, sums, touched);
            touched.Sort();
            columns[own] = [.. touched];
            weights[own] = new float[touched.Count];
            double size = offsets[own + 1] - offsets[own];
            for (int at = 0; at < touched.Count; at++)
            {
                int other = touched[at];
                weights[own][at] = (float)Math.Min(1, sums[other] / Math.Sqrt(size * (offsets[other + 1] - offsets[other])));
                sums[other] = 0;
            }
        }, parallel.CancellationToken);

        int[] rows = new int[count + 1];
        for (int i = 0; i < count; i++)
            rows[i + 1] = rows[i] + columns[i].Length;
        return new UmapGraph(rows, [.. columns.SelectMany(c => c)], [.. weights.SelectMany(w => w)], [], 0);
    }

    private static void Add(UmapGraph graph, int[] part, int member, int own, float[] sums, List<int> touched)
    {
        for (int e = graph.RowOffsets[member]; e < graph.RowOffsets[member + 1]; e++)
        {
            int other = part[graph.Columns[e]];
            if (other == own)
                continue;
            if (sums[other] == 0)
                touched.Add(other);
            sums[other] += graph.Weights[e];
        }
    }

    private static (int[] Offsets, int[] Members) Members(int[] part, int count)
    {
        int[] offsets = new int[count + 1], members = new int[part.Length];
        foreach (int p in part)
            offsets[p + 1]++;
        for (int p = 0; p < count; p++)
            offsets[p + 1] += offsets[p];
        int[] next = offsets[..count];
        for (int i = 0; i < part.Length; i++)
            members[next[part[i]]++] = i;
        return (offsets, members);
    }
}
