using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Turns a minimum spanning tree into the single linkage hierarchy (Gower, Ross 1969).</summary>
public static class SingleLinkage
{
    private const int RowsBetweenLooks = 65_536;

    /// <summary>
    /// Merges along the tree's edges by ascending weight; edges of equal weight keep their order in the tree.
    /// O(n log n) time, O(n) memory.
    /// </summary>
    /// <param name="tree">The n - 1 edges of a spanning tree, in any order.</param>
    /// <param name="copies">The copies that the n points stand for; null where each stands for itself alone.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SingleLinkageTree Build(MinimumSpanningTree tree, PointCopies? copies = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        int edges = tree.Weights.Length;
        int points = edges + 1;
        int[] order = RadixSort.Of(tree.Weights);
        int[] left = new int[edges], right = new int[edges], sizes = new int[edges];
        double[] distances = new double[edges];
        int[] up = new int[points + edges];
        up.AsSpan().Fill(-1);

        for (int row = 0; row < edges; row++)
        {
            if (row % RowsBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            int edge = order[row];
            int a = Root(up, tree.Sources[edge]);
            int b = Root(up, tree.Targets[edge]);
            left[row] = a;
            right[row] = b;
            distances[row] = tree.Weights[edge];
            sizes[row] = Size(a) + Size(b);
            up[a] = up[b] = points + row;
        }

        return new SingleLinkageTree(left, right, distances, sizes) { Copies = copies };

        int Size(int node) => node >= points ? sizes[node - points] : copies?.Weights[node] ?? 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Root(int[] up, int node)
    {
        int root = node;
        while (up[root] >= 0)
        {
            root = up[root];
        }

        while (up[node] >= 0)
        {
            (node, up[node]) = (up[node], root);
        }

        return root;
    }
}

/// <summary>
/// The single linkage hierarchy: row i merges two nodes into node n + i. Nodes below n are points.
/// </summary>
/// <param name="Left">Per merge, the node that holds the edge's source.</param>
/// <param name="Right">Per merge, the node that holds the edge's target.</param>
/// <param name="Distances">Per merge, its distance; ascending.</param>
/// <param name="Sizes">Per merge, the number of points below the new node, copies counted.</param>
public sealed record SingleLinkageTree(int[] Left, int[] Right, double[] Distances, int[] Sizes)
{
    /// <summary>The number of points.</summary>
    public int PointCount => Left.Length + 1;

    /// <summary>The copies that the points stand for; null where each stands for itself alone.</summary>
    public PointCopies? Copies { get; init; }

    /// <summary>The number of points below a node, copies counted.</summary>
    internal int SizeOf(int node) => node >= PointCount ? Sizes[node - PointCount] : Copies?.Weights[node] ?? 1;
}

/// <summary>How many copies each point of a hierarchy stands for, and when they join. Copies of a point join each other before anything else joins them.</summary>
/// <param name="Weights">Per point, its number of copies, itself counted; 1 or more.</param>
/// <param name="Distances">Per point, the distance at which its copies join: its core distance.</param>
public sealed record PointCopies(int[] Weights, double[] Distances);
