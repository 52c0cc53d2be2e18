namespace Pipeline.Clustering;

/// <summary>A minimum spanning tree of the mutual reachability graph with what it was made from.</summary>
/// <param name="Tree">The tree, in the order of Prim's algorithm.</param>
/// <param name="CoreDistances">Per point, the distance of its min-samples-th neighbour.</param>
/// <param name="PredictionCoreDistances">Per point, the distance of the neighbour before that; 0 if that is the point itself.</param>
internal sealed record SpannedGraph(MinimumSpanningTree Tree, double[] CoreDistances, double[] PredictionCoreDistances);
