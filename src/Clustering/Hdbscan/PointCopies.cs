namespace Pipeline.Clustering;

/// <summary>How many copies each point of a hierarchy stands for, and when they join. Copies of a point join each other before anything else joins them.</summary>
/// <param name="Weights">Per point, its number of copies, itself counted; 1 or more.</param>
/// <param name="Distances">Per point, the distance at which its copies join: its core distance.</param>
public sealed record PointCopies(int[] Weights, double[] Distances);
