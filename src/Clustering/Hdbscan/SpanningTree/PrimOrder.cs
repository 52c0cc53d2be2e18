using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Brings any minimum spanning tree into the form that Prim's algorithm on the complete graph would have given. Among edges of
/// equal weight the choice is made again: a point's core distance is the weight of all edges to its nearest neighbours with no
/// larger core distance, so these and the tree's own edges hold every edge that any minimum spanning tree can use, as
/// long as no two distances between points are equal by chance. Where they are, the result is still a minimum spanning tree.
/// </summary>
internal static class PrimOrder
{
    private const int PointsBetweenLooks = 65_536;
    private const double ShareOfMeetings = 0.3;

    /// <summary>Runs Prim's algorithm with a heap over the tree's edges and those of equal standing. O(n k log n) time; about 4 n (k + 8) bytes, and 16 for each offer that waits in the heap.</summary>
    /// <param name="core">Per point, its core distance.</param>
    /// <param name="alpha">The divisor of distances.</param>
    /// <param name="tree">A minimum spanning tree of their mutual reachability graph.</param>
    /// <param name="lists">Each point's nearest neighbours, at least as many as its core distance counts.</param>
    /// <param name="names">Per point, what it is called in the result, where the tree starts at the point called 0 and ties are broken by name; null where that is its number.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MinimumSpanningTree Arrange(double[] core, double alpha, MinimumSpanningTree tree, NeighborLists lists, int[]? names, IProgress<double>? progress, CancellationToken ct)
    {
        int n = core.Length, k = lists.Count;
        (int[] starts, int[] entries) = Meetings(core, alpha, tree, lists, ct);
        double[] nearest = new double[n];
        int[] source = new int[n];
        nearest.AsSpan().Fill(double.PositiveInfinity);
        PrimFrontier frontier = new();
        MinimumSpanningTree result = new(new int[n - 1], new int[n - 1], new double[n - 1]);
        int current = names is null ? 0 : Array.IndexOf(names, 0);
        for (int edge = 0; edge < n - 1; edge++)
        {
            if (edge % PointsBetweenLooks == 0)
            {
                progress.Pass(ShareOfMeetings + ((1 - ShareOfMeetings) * edge / n), ct);
            }

            nearest[current] = double.NegativeInfinity;
            for (int i = starts[current]; i < starts[current + 1]; i++)
            {
                int entry = entries[i];
                int to = entry < 0 ? ~entry : tree.Sources[entry] ^ tree.Targets[entry] ^ current;
                Reach(to, entry < 0 ? core[to] : tree.Weights[entry]);
            }

            for (int i = current * k; i < (current + 1) * k && lists.DistanceAt(i) / alpha <= core[current]; i++)
            {
                if (core[lists.Indices[i]] <= core[current])
                {
                    Reach(lists.Indices[i], core[current]);
                }
            }

            do
            {
                current = frontier.TakeFirst();
            }
            while (double.IsNegativeInfinity(nearest[current]));

            result.Sources[edge] = Name(source[current]);
            result.Targets[edge] = Name(current);
            result.Weights[edge] = nearest[current];
        }

        return result;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Reach(int to, double weight)
        {
            if (weight < nearest[to])
            {
                nearest[to] = weight;
                source[to] = current;
                frontier.Add(weight, Name(to), to);
            }
        }

        int Name(int point) => names is null ? point : names[point];
    }

    /// <summary>Per point, the tree's edges that it ends, by number, and the complements of those points for which an edge to it weighs as much as their core distance.</summary>
    private static (int[] Starts, int[] Entries) Meetings(double[] core, double alpha, MinimumSpanningTree tree, NeighborLists lists, CancellationToken ct)
    {
        int[] ends = new int[core.Length + 1];
        Meet(core, alpha, tree, lists, ends, [], ct);
        for (int i = 1; i < ends.Length; i++)
        {
            ends[i] += ends[i - 1];
        }

        int[] entries = new int[ends[^1]];
        Meet(core, alpha, tree, lists, ends, entries, ct);
        return (ends, entries);
    }

    /// <summary>Counts the entries of each point, or where there is room for them writes them from each point's end downwards, so that the ends become the starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Meet(double[] core, double alpha, MinimumSpanningTree tree, NeighborLists lists, int[] ends, int[] entries, CancellationToken ct)
    {
        int k = lists.Count;
        for (int edge = 0; edge < tree.Weights.Length; edge++)
        {
            Put(ends, entries, tree.Sources[edge], edge);
            Put(ends, entries, tree.Targets[edge], edge);
        }

        for (int a = 0; a < core.Length; a++)
        {
            if (a % PointsBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            for (int i = a * k; i < (a + 1) * k && lists.DistanceAt(i) / alpha <= core[a]; i++)
            {
                if (core[lists.Indices[i]] <= core[a])
                {
                    Put(ends, entries, lists.Indices[i], ~a);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(int[] ends, int[] entries, int point, int entry)
    {
        if (entries.Length == 0)
        {
            ends[point]++;
        }
        else
        {
            entries[--ends[point]] = entry;
        }
    }
}
