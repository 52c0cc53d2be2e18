namespace Pipeline.Clustering;

/// <summary>
/// A minimum spanning tree of the mutual reachability graph: n - 1 edges in the order in which Prim's algorithm,
/// started at point 0, meets them.
/// </summary>
/// <param name="Sources">Per edge, the end that was in the tree already.</param>
/// <param name="Targets">Per edge, the point that the edge adds.</param>
/// <param name="Weights">Per edge, the mutual reachability distance, in the metric's unit, not below 0.</param>
public sealed record MinimumSpanningTree(int[] Sources, int[] Targets, double[] Weights)
{
    /// <summary>The sum of the weights.</summary>
    public double TotalWeight => Weights.Sum();
}
