namespace Pipeline.Clustering;

/// <summary>
/// Soft clustering as the reference implementation defines it: for every cluster, nearness to its exemplars times how late the
/// point and the cluster part in the tree, scaled to the probability that the point belongs to any cluster at all.
/// </summary>
internal sealed class SoftMembership
{
    private const double NotZero = 1e-8;
    private readonly PointSet _points;
    private readonly ClusterHierarchy _hierarchy;
    private readonly int[] _selected;
    private readonly int[][] _exemplars;

    /// <summary>Finds the exemplars. O(n + clusters x depth).</summary>
    public SoftMembership(PointSet points, ClusterHierarchy hierarchy, int[] selected)
    {
        _points = points;
        _hierarchy = hierarchy;
        _selected = selected;
        _exemplars = ClusterExemplars.Find(hierarchy, selected);
    }

    /// <summary>The vector of a new point that attaches to a cluster of the tree at a lambda. O(exemplars d + k depth).</summary>
    public double[] OfNewPoint(ReadOnlySpan<double> row, int cluster, double lambda)
    {
        double max = _hierarchy.MaxLambdas[cluster];
        double[] scores = MergeHeights(cluster, (float)lambda);
        foreach (ref double score in scores.AsSpan())
        {
            double gap = max - score;
            score = max / (gap <= 0 ? NotZero : gap);
        }

        SoftMax(scores, scores.Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Max());
        double[] result = DistanceScores(row);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Math.Sqrt(result[i]) * scores[i] * scores[i];
        }

        double[] heights = MergeHeights(cluster, lambda);
        int nearest = FirstLargest(heights);
        Scale(result, heights[nearest] / (Math.Max(lambda, _hierarchy.MaxLambdas[_selected[nearest]]) + NotZero));
        return result;
    }

    /// <summary>A training point's scores by the tree, before they are made to sum to one. O(k depth).</summary>
    public double[] TreeScores(int point)
    {
        int cluster = _hierarchy.PointParents[point];
        double max = _hierarchy.MaxLambdas[cluster] + NotZero;
        return Array.ConvertAll(MergeHeights(cluster, _hierarchy.PointLambdas[point]), height => Math.Exp(-(max / height)));
    }

    /// <summary>The vector of a training point. O(exemplars d + k depth).</summary>
    /// <param name="point">The point.</param>
    /// <param name="treeScores">Its <see cref="TreeScores"/>; overwritten.</param>
    /// <param name="largest">The largest tree score of all points.</param>
    public double[] OfTrainingPoint(int point, double[] treeScores, double largest)
    {
        SoftMax(treeScores, largest);
        double[] result = DistanceScores(_points.Row(point));
        for (int i = 0; i < result.Length; i++)
        {
            result[i] *= treeScores[i];
        }

        double lambda = _hierarchy.PointLambdas[point];
        double[] heights = MergeHeights(_hierarchy.PointParents[point], lambda);
        int nearest = FirstLargest(heights);
        Scale(result, heights[nearest] / Math.Max(_hierarchy.MaxLambdas[_selected[nearest]], lambda));
        return result;
    }

    private static void SoftMax(double[] scores, double largest)
    {
        double sum = 0;
        foreach (ref double score in scores.AsSpan())
        {
            score = Math.Exp(score - largest);
            sum += score;
        }

        foreach (ref double score in scores.AsSpan())
        {
            score /= sum;
        }
    }

    private static void Scale(double[] row, double total)
    {
        double sum = row.Sum();
        foreach (ref double value in row.AsSpan())
        {
            value = value / sum * total;
        }
    }

    private static int FirstLargest(double[] values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
        {
            largest = values[i] > values[largest] ? i : largest;
        }

        return largest;
    }

    private double[] DistanceScores(ReadOnlySpan<double> row)
    {
        double[] scores = new double[_selected.Length];
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double nearest = double.MaxValue;
            foreach (int exemplar in _exemplars[i])
            {
                nearest = Math.Min(nearest, RowDistance.Squared(row, _points.Row(exemplar)));
            }

            double distance = _points.ToDistance(nearest);
            scores[i] = distance == 0 ? double.MaxValue / scores.Length : 1 / distance;
            sum += scores[i];
        }

        foreach (ref double score in scores.AsSpan())
        {
            score /= sum;
        }

        return scores;
    }

    /// <summary>Per selected cluster, the lambda at which it and the given cluster part; the point's own where one lies above the other.</summary>
    private double[] MergeHeights(int cluster, double lambda)
    {
        double[] heights = new double[_selected.Length];
        for (int i = 0; i < heights.Length; i++)
        {
            int left = cluster, right = _selected[i], last = -1;
            bool tookLeft = false, tookRight = false;
            while (left != right)
            {
                if (left > right)
                {
                    (tookLeft, last, left) = (true, left, _hierarchy.Parents[left]);
                }
                else
                {
                    (tookRight, last, right) = (true, right, _hierarchy.Parents[right]);
                }
            }

            heights[i] = tookLeft && tookRight ? _hierarchy.Births[last] : lambda;
        }

        return heights;
    }
}
