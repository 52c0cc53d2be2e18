using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Chooses the next threshold of a tree that has too many subclusters.</summary>
internal static class ThresholdRise
{
    private const double LeastFactor = 1.1;

    /// <summary>
    /// The median over all subclusters of the radius that one would have together with its nearest neighbour in the same leaf, so that about half of them
    /// find a partner; at least a tenth above the threshold so far. The whole tree's radius where no leaf holds two. O(m x branching factor x d).
    /// </summary>
    public static double After(BirchTree tree, CancellationToken ct)
    {
        List<double> radii = [];
        double[] row = new double[tree.Dimensions];
        double[] squares = [];
        foreach (BirchNode leaf in tree.Leaves.Where(leaf => leaf.Count > 1))
        {
            ct.ThrowIfCancellationRequested();
            Array.Resize(ref squares, Math.Max(squares.Length, BirchNode.ScratchSize(leaf.Count)));
            for (int entry = 0; entry < leaf.Count; entry++)
            {
                leaf.CopyMean(entry, row);
                leaf.Measure(row, 0, squares);
                squares[entry] = double.PositiveInfinity;
                int nearest = TensorPrimitives.IndexOfMin<double>(squares.AsSpan(0, leaf.Count));
                radii.Add(Math.Sqrt(leaf.SquaredRadius(entry, nearest, squares[nearest])));
            }
        }

        radii.Sort();
        double median = radii.Count > 0 ? radii[radii.Count / 2] : tree.Radius();
        return Math.Max(median, LeastFactor * tree.Threshold);
    }
}
