using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>Core distances and a minimum spanning tree where only some distances are known.</summary>
internal static class GraphSpanningTree
{
    private const double ShareOfPairing = 0.3;
    private const double ShareOfSorting = 0.5;
    private const int Block = 4096;

    /// <summary>Spans the components by Prim's algorithm and joins them at infinity. O(m log m).</summary>
    /// <param name="graph">The distances, checked; of at least two points.</param>
    /// <param name="minSamples">The neighbour whose distance is the core distance, 1 to n - 1.</param>
    /// <param name="alpha">The divisor of distances.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static SpannedGraph Build(NeighborGraph graph, int minSamples, double alpha, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        SymmetricGraph pairs = SymmetricGraph.From(graph, threads, progress.Part(0, ShareOfPairing), ct);
        (double[] core, double[] before) = Cores(pairs, minSamples, threads, ct);
        progress.Pass(ShareOfSorting, ct);
        Weigh(pairs, core, alpha, ct);
        return new SpannedGraph(Span(pairs, progress.Part(ShareOfSorting, 1 - ShareOfSorting), ct), core, before);
    }

    private static (double[] Core, double[] Before) Cores(SymmetricGraph graph, int minSamples, int threads, CancellationToken ct)
    {
        int n = graph.Ends.Length;
        double[] core = new double[n], before = new double[n];
        ParallelBlocks.Run((n + Block - 1) / Block, threads, () => new List<double>(), (block, sorted) =>
        {
            for (int point = block * Block; point < Math.Min(n, (block + 1) * Block); point++)
            {
                sorted.Clear();
                sorted.AddRange(graph.Distances.AsSpan(graph.Starts[point]..graph.Ends[point]));
                sorted.Sort();
                core[point] = minSamples <= sorted.Count ? sorted[minSamples - 1] : double.PositiveInfinity;
                before[point] = minSamples == 1 ? 0 : minSamples - 1 <= sorted.Count ? sorted[minSamples - 2] : double.PositiveInfinity;
            }
        }, ct);
        return (core, before);
    }

    /// <summary>Puts the mutual reachability distance in the place of each distance.</summary>
    private static void Weigh(SymmetricGraph graph, double[] core, double alpha, CancellationToken ct)
    {
        for (int point = 0; point < core.Length; point++)
        {
            if (point % Block == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            for (int at = graph.Starts[point]; at < graph.Ends[point]; at++)
            {
                graph.Distances[at] = Math.Max(Math.Max(core[point], core[graph.Indices[at]]), graph.Distances[at] / alpha);
            }
        }
    }

    /// <summary>Prim's algorithm from the lowest point of each component; a smaller weight wins, then the lower point.</summary>
    private static MinimumSpanningTree Span(SymmetricGraph graph, IProgress<double>? progress, CancellationToken ct)
    {
        int n = graph.Ends.Length, edges = 0;
        MinimumSpanningTree tree = new(new int[n - 1], new int[n - 1], new double[n - 1]);
        double[] nearest = new double[n];
        int[] source = new int[n];
        bool[] inside = new bool[n];
        nearest.AsSpan().Fill(double.PositiveInfinity);
        PriorityQueue<int, (double Weight, int Point)> frontier = new();
        List<Component> components = [];
        for (int first = 0, reached = 0; first < n; first++)
        {
            if (inside[first])
            {
                continue;
            }

            int before = reached;
            inside[first] = true;
            for (int current = first; current >= 0; current = Next())
            {
                if (++reached % Block == 0)
                {
                    progress.Pass((double)reached / n, ct);
                }

                Reach(current);
            }

            components.Add(new Component(first, reached - before));
        }

        Join(components, tree, edges);
        return tree;

        void Reach(int from)
        {
            for (int at = graph.Starts[from]; at < graph.Ends[from]; at++)
            {
                int to = graph.Indices[at];
                if (!inside[to] && graph.Distances[at] < nearest[to])
                {
                    nearest[to] = graph.Distances[at];
                    source[to] = from;
                    frontier.Enqueue(to, (nearest[to], to));
                }
            }
        }

        int Next()
        {
            while (frontier.TryDequeue(out int point, out _))
            {
                if (!inside[point])
                {
                    inside[point] = true;
                    (tree.Sources[edges], tree.Targets[edges], tree.Weights[edges++]) = (source[point], point, nearest[point]);
                    return point;
                }
            }

            return -1;
        }
    }

    private static void Join(List<Component> components, MinimumSpanningTree tree, int edges)
    {
        Component[] ordered = [.. components.OrderByDescending(component => component.Size).ThenBy(component => component.First)];
        foreach (Component component in ordered.AsSpan(1))
        {
            (tree.Sources[edges], tree.Targets[edges], tree.Weights[edges++]) = (ordered[0].First, component.First, double.PositiveInfinity);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Component(int First, int Size);
}
