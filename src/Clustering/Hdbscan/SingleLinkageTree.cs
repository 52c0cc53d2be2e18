namespace Pipeline.Clustering;

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
