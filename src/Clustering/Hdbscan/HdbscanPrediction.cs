namespace Pipeline.Clustering;

/// <summary>Predicted clusters of new points.</summary>
/// <param name="Labels">Per point, its cluster; -1 for noise.</param>
/// <param name="Strengths">Per point, the strength with which it belongs, in [0, 1]; 0 for noise.</param>
/// <param name="Neighbors">Per point, the training point nearest to it by mutual reachability.</param>
public sealed record HdbscanPrediction(int[] Labels, double[] Strengths, int[] Neighbors);
