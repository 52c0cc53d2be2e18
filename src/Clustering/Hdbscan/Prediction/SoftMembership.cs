using System.Runtime.CompilerServices;

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
    private readonly int[] _above;
    private readonly int[] _exemplarEnds;
    private readonly double[] _exemplars;

    /// <summary>Finds the exemplars and copies their rows in double precision. O(n + clusters x depth + exemplars x d).</summary>
    public SoftMembership(PointSet points, ClusterHierarchy hierarchy, int[] selected)
    {
        _points = points;
        _hierarchy = hierarchy;
        _selected = selected;
        _above = AtOrAbove(hierarchy, selected);
        int[][] exemplars = ClusterExemplars.Find(hierarchy, selected);
        _exemplarEnds = new int[selected.Length];
        _exemplars = new double[checked(exemplars.Sum(cluster => cluster.Length) * points.Dimensions)];
        for (int cluster = 0, at = 0; cluster < selected.Length; cluster++)
        {
            foreach (int exemplar in exemplars[cluster])
            {
                points.CopyRow(exemplar, _exemplars.AsSpan(at, points.Dimensions));
                at += points.Dimensions;
            }

            _exemplarEnds[cluster] = at;
        }
    }

    /// <summary>Makes the workspace of one thread.</summary>
    public Workspace CreateWorkspace() => new(_hierarchy.Count, _selected.Length, _points.Dimensions);

    /// <summary>The vector of a new point that attaches to a cluster of the tree at a lambda. O(exemplars d + k).</summary>
    /// <param name="queries">The new points.</param>
    /// <param name="query">The point.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="lambda">The lambda.</param>
    /// <param name="own">The thread's workspace.</param>
    /// <param name="vector">Receives k numbers.</param>
    public void OfNewPoint(PointSet queries, int query, int cluster, double lambda, Workspace own, Span<double> vector)
    {
        FindMerges(cluster, own);
        double[] scores = own.Scores;
        double max = _hierarchy.MaxLambdas[cluster], largest = double.NaN;
        for (int i = 0; i < scores.Length; i++)
        {
            double gap = max - own.Height(i, (float)lambda);
            scores[i] = max / (gap <= 0 ? NotZero : gap);
            largest = scores[i] > largest || double.IsNaN(largest) ? scores[i] : largest;
        }

        SoftMax(scores, largest);
        FindNearness(queries, query, own.Row, vector);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = Math.Sqrt(vector[i]) * scores[i] * scores[i];
        }

        int nearest = own.Highest(lambda);
        Scale(vector, own.Height(nearest, lambda) / (Math.Max(lambda, _hierarchy.MaxLambdas[_selected[nearest]]) + NotZero));
    }

    /// <summary>The largest of a training point's scores by the tree, before they are made to sum to one; NaN where all are. O(k).</summary>
    public double LargestTreeScore(int point, Workspace own)
    {
        FindTreeScores(point, own);
        double largest = double.NaN;
        foreach (double score in own.Scores)
        {
            largest = score > largest || double.IsNaN(largest) ? score : largest;
        }

        return largest;
    }

    /// <summary>The vector of a training point. O(exemplars d + k).</summary>
    /// <param name="point">The point.</param>
    /// <param name="largest">The largest tree score of all points.</param>
    /// <param name="own">The thread's workspace.</param>
    /// <param name="vector">Receives k numbers.</param>
    public void OfTrainingPoint(int point, double largest, Workspace own, Span<double> vector)
    {
        FindTreeScores(point, own);
        SoftMax(own.Scores, largest);
        FindNearness(_points, point, own.Row, vector);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] *= own.Scores[i];
        }

        double lambda = _hierarchy.PointLambdas[point];
        int nearest = own.Highest(lambda);
        Scale(vector, own.Height(nearest, lambda) / Math.Max(_hierarchy.MaxLambdas[_selected[nearest]], lambda));
    }

    private static int[] AtOrAbove(ClusterHierarchy hierarchy, int[] selected)
    {
        bool[] above = new bool[hierarchy.Count];
        foreach (int cluster in selected)
        {
            for (int at = cluster; at >= 0 && !above[at]; at = hierarchy.Parents[at])
            {
                above[at] = true;
            }
        }

        return [.. Enumerable.Range(0, above.Length).Where(cluster => above[cluster])];
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

    private static void Scale(Span<double> row, double total)
    {
        double sum = 0;
        foreach (double value in row)
        {
            sum += value;
        }

        foreach (ref double value in row)
        {
            value = value / sum * total;
        }
    }

    private void FindTreeScores(int point, Workspace own)
    {
        int cluster = _hierarchy.PointParents[point];
        double max = _hierarchy.MaxLambdas[cluster] + NotZero, lambda = _hierarchy.PointLambdas[point];
        FindMerges(cluster, own);
        for (int i = 0; i < own.Scores.Length; i++)
        {
            own.Scores[i] = Math.Exp(-(max / own.Height(i, lambda)));
        }
    }

    /// <summary>Per selected cluster, one over the distance to its nearest exemplar, made to sum to one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindNearness(PointSet queries, int query, Span<double> row, Span<double> nearness)
    {
        queries.CopyRow(query, row);
        double sum = 0;
        for (int i = 0, at = 0; i < nearness.Length; i++)
        {
            double nearest = double.MaxValue;
            for (; at < _exemplarEnds[i]; at += row.Length)
            {
                nearest = Math.Min(nearest, RowDistance.Squared(row, _exemplars.AsSpan(at, row.Length)));
            }

            double distance = _points.ToDistance(nearest);
            nearness[i] = distance == 0 ? double.MaxValue / nearness.Length : 1 / distance;
            sum += nearness[i];
        }

        foreach (ref double value in nearness)
        {
            value /= sum;
        }
    }

    /// <summary>Per selected cluster, the lambda at which it and the given cluster part; NaN where one lies above the other.</summary>
    private void FindMerges(int cluster, Workspace own)
    {
        for (int at = cluster; at >= 0; at = _hierarchy.Parents[at])
        {
            own.Meeting[at] = at;
        }

        foreach (int at in _above)
        {
            if (own.Meeting[at] != at)
            {
                own.Meeting[at] = own.Meeting[_hierarchy.Parents[at]];
            }
        }

        for (int i = 0; i < _selected.Length; i++)
        {
            int meeting = own.Meeting[_selected[i]];
            own.Merges[i] = meeting == _selected[i] || meeting == cluster ? double.NaN : _hierarchy.Births[_hierarchy.FirstChildren[meeting]];
        }

        for (int at = cluster; at >= 0; at = _hierarchy.Parents[at])
        {
            own.Meeting[at] = -1;
        }
    }

    /// <summary>What one thread needs for one point after the other.</summary>
    internal sealed class Workspace(int clusters, int selected, int dimensions)
    {
        /// <summary>The point's row.</summary>
        public double[] Row { get; } = new double[dimensions];

        /// <summary>Per selected cluster, a score.</summary>
        public double[] Scores { get; } = new double[selected];

        /// <summary>Per selected cluster, the lambda at which it and the point's cluster part; NaN where one lies above the other.</summary>
        public double[] Merges { get; } = new double[selected];

        /// <summary>Per cluster, the lowest cluster at or above both it and the point's.</summary>
        public int[] Meeting { get; } = Enumerable.Repeat(-1, clusters).ToArray();

        /// <summary>The lambda at which a selected cluster and the point part: the point's own where its cluster lies above or below.</summary>
        public double Height(int cluster, double lambda) => double.IsNaN(Merges[cluster]) ? lambda : Merges[cluster];

        /// <summary>The selected cluster that the point parts from last, the first of several.</summary>
        public int Highest(double lambda)
        {
            int highest = 0;
            for (int i = 1; i < Merges.Length; i++)
            {
                highest = Height(i, lambda) > Height(highest, lambda) ? i : highest;
            }

            return highest;
        }
    }
}
