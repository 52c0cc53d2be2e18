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
        double max = _hierarchy.MaxLambdas[cluster], largest = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Closeness(max, own.Height(i, (float)lambda));
            largest = Math.Max(largest, scores[i]);
        }

        SoftMax(scores, largest);
        FindNearness(queries, query, own.Row, vector);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = Math.Sqrt(vector[i]) * scores[i] * scores[i];
        }

        int nearest = own.Highest(lambda);
        Scale(vector, scores, Share(own.Height(nearest, lambda), Math.Max(lambda, _hierarchy.MaxLambdas[_selected[nearest]]) + NotZero));
    }

    /// <summary>The largest of a training point's scores by the tree, before they are made to sum to one. O(k).</summary>
    public double LargestTreeScore(int point, Workspace own)
    {
        FindTreeScores(point, own);
        return own.Scores.Max();
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
        Scale(vector, own.Scores, Share(own.Height(nearest, lambda), Math.Max(_hierarchy.MaxLambdas[_selected[nearest]], lambda)));
    }

    /// <summary>The largest lambda over how far below it a height lies. Where it is infinite, the limit: infinite at the top, else 1.</summary>
    private static double Closeness(double max, double height)
    {
        if (double.IsInfinity(max))
        {
            return double.IsInfinity(height) ? max : 1;
        }

        double gap = max - height;
        return max / (gap <= 0 ? NotZero : gap);
    }

    /// <summary>A height as a share of the largest lambda; 1 where both are infinite or 0.</summary>
    private static double Share(double height, double max) => double.IsInfinity(height) || max == 0 ? 1 : height / max;

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

    /// <summary>exp(score - largest), made to sum to one; of infinite scores each has the same share and the others have none.</summary>
    private static void SoftMax(double[] scores, double largest)
    {
        double sum = 0;
        foreach (ref double score in scores.AsSpan())
        {
            score = score == largest ? 1 : Math.Exp(score - largest);
            sum += score;
        }

        foreach (ref double score in scores.AsSpan())
        {
            score /= sum;
        }
    }

    /// <summary>Scales a row to a sum; where it is all 0, as tree and nearness speak for different clusters, the tree decides.</summary>
    private static void Scale(Span<double> row, double[] scores, double total)
    {
        double sum = 0;
        foreach (double value in row)
        {
            sum += value;
        }

        for (int i = 0; i < row.Length; i++)
        {
            row[i] = sum > 0 ? row[i] / sum * total : scores[i] * total;
        }
    }

    private void FindTreeScores(int point, Workspace own)
    {
        int cluster = _hierarchy.PointParents[point];
        double max = _hierarchy.MaxLambdas[cluster] + NotZero, lambda = _hierarchy.PointLambdas[point];
        FindMerges(cluster, own);
        for (int i = 0; i < own.Scores.Length; i++)
        {
            double height = own.Height(i, lambda);
            own.Scores[i] = double.IsInfinity(height) ? Math.Exp(-1) : Math.Exp(-(max / height));
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
            nearness[i] = distance == 0 ? double.MaxValue / 2 / nearness.Length : 1 / distance;
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
