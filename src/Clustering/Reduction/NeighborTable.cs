namespace Pipeline.Clustering;

/// <summary>The nearest neighbours of every point of a set, nearest first, ties in order of index.</summary>
/// <param name="K">Neighbours per point.</param>
/// <param name="Indices">n x <paramref name="K"/>, row-major: which points.</param>
/// <param name="Distances">n x <paramref name="K"/>, row-major: how far.</param>
public sealed record NeighborTable(int K, int[] Indices, float[] Distances);
