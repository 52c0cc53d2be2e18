namespace Pipeline.Clustering;

/// <summary>
/// The condensed tree (Campello, Moulavi, Sander 2013; McInnes, Healy 2017): rows (parent, child, lambda, size).
/// Ids below <see cref="PointCount"/> are points, the root cluster's id is <see cref="PointCount"/>, and a split
/// gives its two clusters the next two ids, so that ids ascend from the root down.
/// </summary>
/// <param name="PointCount">The number of points.</param>
/// <param name="Parents">Per row, the cluster that is left.</param>
/// <param name="Children">Per row, the point or cluster that leaves.</param>
/// <param name="Lambdas">Per row, 1/distance at which it leaves; infinite at distance 0.</param>
/// <param name="ChildSizes">Per row, the number of points in the child, copies counted; for a point its weight, 1 unless it has copies.</param>
public sealed record CondensedTree(int PointCount, int[] Parents, int[] Children, double[] Lambdas, int[] ChildSizes);
