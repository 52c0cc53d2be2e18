using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>
/// Groups clusters into problems. One problem is worded in several ways, and each way is a cluster; the clusters of a problem are tied to each other more than to
/// anything else. Clusters are joined by the strongest tie first, and of all the groups that arise those are problems that persist: that stay apart from the rest over
/// the largest range of ties (excess of mass, as HDBSCAN takes clusters from its tree, over the logarithm of the tie).
/// </summary>
/// <remarks>
/// A tie is the share of two clusters' links that go from one to the other. A link is an edge of the graph of nearest neighbours; what a cluster's links are
/// to itself counts for a twentieth, so that ties of clusters that hardly look outwards are not taken for strong.
/// </remarks>
public static class ProblemGrouping
{
    /// <summary>Neighbours of the graph: enough to look beyond a cluster's own members.</summary>
    public const int Neighbors = 50;

    // Chosen on two embedders and three labelled sets, see docs/benchmarks.md: wide ranges around them do the same.
    private const double OwnLinks = 0.05;
    private const double StrongestTie = 0.8;
    private const double WeakestTie = 0.02;
    private const double LargestPart = 0.25;

    /// <summary>Groups clusters. O(edges + clusters^3) time at the worst, O(clusters^2) memory.</summary>
    /// <param name="graph">The graph of the <see cref="Neighbors"/> nearest texts.</param>
    /// <param name="labels">The cluster of each text, 0 to <paramref name="clusterCount"/> - 1, or -1 for none.</param>
    /// <param name="clusterCount">How many clusters there are.</param>
    /// <returns>The problem of each cluster, numbered in the order of their first cluster.</returns>
    public static int[] Group(UmapGraph graph, ReadOnlySpan<int> labels, int clusterCount)
    {
        ArgumentNullException.ThrowIfNull(graph);
        double[,] links = new double[clusterCount, clusterCount];
        int[] sizes = new int[clusterCount];
        for (int text = 0; text < labels.Length; text++)
        {
            if (labels[text] < 0)
            {
                continue;
            }

            sizes[labels[text]]++;
            for (int edge = graph.RowOffsets[text]; edge < graph.RowOffsets[text + 1]; edge++)
            {
                if (labels[graph.Columns[edge]] is int other and >= 0)
                {
                    links[labels[text], other] += graph.Weights[edge];
                }
            }
        }

        return Group(links, sizes);
    }

    /// <summary>Groups clusters by their links.</summary>
    /// <param name="links">The weight of the links between two clusters, symmetric; on the diagonal those of a cluster to itself. Not kept.</param>
    /// <param name="sizes">The texts of each cluster.</param>
    /// <returns>The problem of each cluster, numbered in the order of their first cluster.</returns>
    public static int[] Group(double[,] links, IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(sizes);
        Node[] nodes = Join((double[,])links.Clone(), sizes);
        Choose(nodes, LargestPart * sizes.Sum());
        Dictionary<int, int> numbers = [];
        int[] problems = new int[sizes.Count];
        for (int cluster = 0; cluster < problems.Length; cluster++)
        {
            int top = cluster;
            for (int at = cluster; at >= 0; at = nodes[at].Parent)
            {
                top = nodes[at].Kept ? at : top;
            }

            problems[cluster] = numbers.TryGetValue(top, out int number) ? number : numbers[top] = numbers.Count;
        }

        return problems;
    }

    // The tree of joins: the clusters first, then each group in the order in which it arose. Ties that rise with a join count as the one before.
    private static Node[] Join(double[,] links, IReadOnlyList<int> sizes)
    {
        int count = sizes.Count;
        Node[] nodes = [.. sizes.Select(size => new Node { Size = size, Tie = StrongestTie }), .. Enumerable.Range(0, Math.Max(0, count - 1)).Select(_ => new Node())];
        double[] outside = new double[count], all = new double[count];
        int[] node = [.. Enumerable.Range(0, count)];
        List<int> open = [.. node];
        for (int one = 0; one < count; one++)
        {
            for (int other = 0; other < count; other++)
            {
                all[one] += links[one, other];
                outside[one] += other == one ? 0 : links[one, other];
            }
        }

        for (int joined = count; open.Count > 1; joined++)
        {
            (int first, int second, double tie) = Strongest(links, open, outside, all);
            (Node left, Node right) = (nodes[node[first]], nodes[node[second]]);
            double limited = Math.Clamp(Math.Min(tie, Math.Min(left.Tie, right.Tie)), WeakestTie, StrongestTie);
            nodes[joined] = new Node { Size = left.Size + right.Size, Tie = limited, Left = node[first], Right = node[second] };
            left.Parent = right.Parent = joined;
            outside[first] += outside[second] - (2 * links[first, second]);
            all[first] += all[second];
            foreach (int other in open)
            {
                if (other != first && other != second)
                {
                    links[first, other] = links[other, first] = links[first, other] + links[second, other];
                }
            }

            node[first] = joined;
            open.Remove(second);
        }

        return nodes;
    }

    private static (int First, int Second, double Tie) Strongest(double[,] links, List<int> open, double[] outside, double[] all)
    {
        (int First, int Second, double Tie) strongest = (open[0], open[1], double.NegativeInfinity);
        for (int i = 0; i < open.Count; i++)
        {
            for (int j = i + 1; j < open.Count; j++)
            {
                double most = Math.Max(Outwards(open[i]), Outwards(open[j]));
                double tie = most > 0 ? links[open[i], open[j]] / most : 0;
                if (tie > strongest.Tie)
                {
                    strongest = (open[i], open[j], tie);
                }
            }
        }

        return strongest;

        double Outwards(int cluster) => Math.Max(0, outside[cluster]) + (OwnLinks * all[cluster]);
    }

    // From the clusters up: a group is kept where it persists longer than its parts together, weighed by size.
    private static void Choose(Node[] nodes, double largest)
    {
        double[] mass = new double[nodes.Length];
        for (int at = 0; at < nodes.Length; at++)
        {
            Node node = nodes[at];
            double own = node.Size * Math.Log(node.Tie / (node.Parent < 0 ? WeakestTie : nodes[node.Parent].Tie));
            double below = node.Left < 0 ? double.NegativeInfinity : mass[node.Left] + mass[node.Right];
            node.Kept = node.Left < 0 || (own >= below && node.Size <= largest);
            mass[at] = node.Kept ? own : below;
        }
    }

    private sealed class Node
    {
        public int Size { get; init; }

        public double Tie { get; init; }

        public int Left { get; init; } = -1;

        public int Right { get; init; } = -1;

        public int Parent { get; set; } = -1;

        public bool Kept { get; set; }
    }
}
