namespace Pipeline.Clustering;

/// <summary>
/// Brings any minimum spanning tree into the form that Prim's algorithm on the complete graph would have given. Among edges of
/// equal weight the choice is made again: a point's core distance is the weight of all edges to its nearest neighbours with no
/// larger core distance, so these and the tree's own edges hold every edge that any minimum spanning tree can use, as
/// long as no two distances between points are equal by chance. Where they are, the result is still a minimum spanning tree.
/// </summary>
internal static class PrimOrder
{
    /// <summary>Runs Prim's algorithm with a heap over the tree's edges and those of equal standing. O(n k log n) time, O(n k) memory.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tree">A minimum spanning tree of it.</param>
    /// <param name="neighbors">Each point's nearest neighbours, as many as its core distance counts.</param>
    public static MinimumSpanningTree Arrange(MutualReachability graph, MinimumSpanningTree tree, NeighborLists neighbors)
    {
        int n = graph.Points.Count;
        (int[] starts, int[] ends, double[] weights) = Adjacency(graph, tree, neighbors);
        double[] nearest = new double[n];
        bool[] inTree = new bool[n];
        nearest.AsSpan().Fill(double.PositiveInfinity);
        PriorityQueue<int, (double Weight, int Point)> frontier = new();
        int[] source = new int[n];
        MinimumSpanningTree result = new(new int[n - 1], new int[n - 1], new double[n - 1]);
        int current = 0;
        for (int edge = 0; edge < n - 1; edge++)
        {
            inTree[current] = true;
            for (int i = starts[current]; i < starts[current + 1]; i++)
            {
                int to = ends[i];
                if (!inTree[to] && weights[i] < nearest[to])
                {
                    nearest[to] = weights[i];
                    source[to] = current;
                    frontier.Enqueue(to, (weights[i], to));
                }
            }

            do
            {
                current = frontier.Dequeue();
            }
            while (inTree[current]);
            result.Sources[edge] = source[current];
            result.Targets[edge] = current;
            result.Weights[edge] = nearest[current];
        }

        return result;
    }

    private static (int[] Starts, int[] Ends, double[] Weights) Adjacency(MutualReachability graph, MinimumSpanningTree tree, NeighborLists neighbors)
    {
        int n = graph.Points.Count;
        int[] starts = new int[n + 1];
        ForEachEdge((a, b, _) =>
        {
            starts[a + 1]++;
            starts[b + 1]++;
        });
        for (int i = 0; i < n; i++)
        {
            starts[i + 1] += starts[i];
        }

        int[] fill = [.. starts.AsSpan(0, n)];
        int[] ends = new int[starts[n]];
        double[] weights = new double[starts[n]];
        ForEachEdge((a, b, weight) =>
        {
            ends[fill[a]] = b;
            weights[fill[a]++] = weight;
            ends[fill[b]] = a;
            weights[fill[b]++] = weight;
        });
        return (starts, ends, weights);

        void ForEachEdge(Action<int, int, double> visit)
        {
            for (int edge = 0; edge < tree.Weights.Length; edge++)
            {
                visit(tree.Sources[edge], tree.Targets[edge], tree.Weights[edge]);
            }

            double[] core = graph.CoreDistances;
            for (int a = 0; a < n; a++)
            {
                ReadOnlySpan<int> near = neighbors.IndicesOf(a);
                ReadOnlySpan<double> distances = neighbors.DistancesOf(a);
                for (int i = 0; i < near.Length; i++)
                {
                    if (graph.Between(core[a], core[near[i]], distances[i]) <= core[a])
                    {
                        visit(a, near[i], core[a]);
                    }
                }
            }
        }
    }
}
