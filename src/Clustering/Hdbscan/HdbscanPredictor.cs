namespace Pipeline.Clustering;

/// <summary>
/// Assigns new points to the clusters of a fit without fitting again, and gives soft memberships. Safe for use by many threads.
/// </summary>
public sealed class HdbscanPredictor
{
    private readonly HdbscanModel _model;
    private readonly PointSet _points;
    private readonly KdTree? _tree;
    private readonly ClusterHierarchy _hierarchy;
    private readonly SoftMembership _membership;
    private readonly int[] _labelOf;
    private readonly int _threads;

    /// <summary>Prepares prediction. O(n d), or O(n log n) where a kd-tree is built.</summary>
    /// <param name="model">The model; its arrays are not changed and must not be.</param>
    /// <param name="maxDegreeOfParallelism">The number of threads, at least 1; null for all processors. No influence on results.</param>
    /// <exception cref="ArgumentException">The model's arrays do not fit together.</exception>
    public HdbscanPredictor(HdbscanModel model, int? maxDegreeOfParallelism = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism ?? 1, 1, nameof(maxDegreeOfParallelism));
        model.Validate();
        _model = model;
        _threads = maxDegreeOfParallelism ?? Environment.ProcessorCount;
        _points = PointSet.Create(model.TrainingPoints, model.Dimensions, model.Metric, nameof(model.TrainingPoints));
        _tree = NeighborSearch.SuitsTree(_points) ? KdTree.Build(_points) : null;
        _hierarchy = ClusterHierarchy.From(
            model.ClusterParents, model.ClusterBirthLambdas, new int[model.ClusterParents.Length], model.PointParents, model.PointLambdas);
        _labelOf = _hierarchy.NearestSelected(model.SelectedClusters);
        _membership = new SoftMembership(_points, _hierarchy, model.SelectedClusters);
    }

    /// <summary>The number of clusters.</summary>
    public int ClusterCount => _model.SelectedClusters.Length;

    /// <summary>
    /// The cluster that each new point would fall into: that of its nearest training point by mutual reachability, or of an ancestor
    /// where the new point is less dense. O(q n d) time, or about O(q log n) for many points in few dimensions. Where the fit's
    /// tree never split, all is noise.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The dimensions do not fit, a number is not finite, or a row is zero under the cosine metric.</exception>
    public HdbscanPrediction Predict(ReadOnlyMemory<float> newPoints, CancellationToken ct = default)
    {
        Attachment[] attached = Attach(Check(newPoints), ct);
        int[] labels = new int[attached.Length];
        double[] strengths = new double[attached.Length];
        for (int i = 0; i < attached.Length; i++)
        {
            (labels[i], strengths[i]) = Assign(attached[i]);
        }

        return new HdbscanPrediction(labels, strengths, Array.ConvertAll(attached, a => a.Neighbor));
    }

    /// <summary>
    /// The GLOSH outlier score of each new point as if it had been in the fit: with the lambda at which it would join, within the
    /// cluster of its nearest training point. A copy of a training point has that point's score. Costs as <see cref="Predict"/>.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>Scores in [0, 1]; the larger, the more of an outlier. Denser than any training point of the cluster is 0.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Predict"/>.</exception>
    public double[] PredictOutlierScores(ReadOnlyMemory<float> newPoints, CancellationToken ct = default)
    {
        double[] deepest = _hierarchy.DeepestLambdas();
        PointSet queries = Check(newPoints);
        Attachment[] attached = Attach(queries, ct);
        double[] scores = new double[attached.Length];
        for (int q = 0; q < scores.Length; q++)
        {
            Attachment at = attached[q];
            bool copy = RowDistance.Squared(queries.Row(q), _points.Row(at.Neighbor)) == 0;
            double lambda = copy ? _model.PointLambdas[at.Neighbor] : at.Lambda;
            scores[q] = Math.Max(0, OutlierScores.Score(deepest[_model.PointParents[at.Neighbor]], lambda));
        }

        return scores;
    }

    /// <summary>
    /// Per new point and cluster, the probability that the point belongs to the cluster: nearness to the cluster's exemplars combined
    /// with where in the tree the point would attach. A row sums to the probability of belonging to any. NaN can occur where the
    /// fit holds groups of duplicates as large as a cluster. O(q (n + exemplars) d).
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>q x k numbers.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Predict"/>.</exception>
    public double[,] MembershipVectors(ReadOnlyMemory<float> newPoints, CancellationToken ct = default)
    {
        PointSet queries = Check(newPoints);
        double[,] result = new double[queries.Count, ClusterCount];
        if (ClusterCount > 0)
        {
            Attachment[] attached = Attach(queries, ct);
            Parallel.For(0, queries.Count, Options(ct), q =>
            {
                Attachment at = attached[q];
                double lambda = Math.Min(at.Lambda, _model.PointLambdas[at.Neighbor]);
                double[] row = _membership.OfNewPoint(queries.Row(q), _model.PointParents[at.Neighbor], lambda);
                Copy(row, result, q);
            });
        }

        return result;
    }

    /// <summary>The same for the training points, which have their places in the tree already. O(n exemplars d).</summary>
    /// <param name="ct">Stops the work.</param>
    /// <returns>n x k numbers.</returns>
    public double[,] AllPointsMembership(CancellationToken ct = default)
    {
        double[,] result = new double[_points.Count, ClusterCount];
        if (ClusterCount > 0)
        {
            double[][] outlier = new double[_points.Count][];
            Parallel.For(0, outlier.Length, Options(ct), p => outlier[p] = _membership.TreeScores(p));
            double largest = outlier.Max(row => row.Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Max());
            Parallel.For(0, outlier.Length, Options(ct), p => Copy(_membership.OfTrainingPoint(p, outlier[p], largest), result, p));
        }

        return result;
    }

    private static void Copy(double[] row, double[,] result, int at)
    {
        for (int i = 0; i < row.Length; i++)
        {
            result[at, i] = row[i];
        }
    }

    private ParallelOptions Options(CancellationToken ct) => new() { MaxDegreeOfParallelism = _threads, CancellationToken = ct };

    internal PointSet Check(ReadOnlyMemory<float> newPoints) =>
        PointSet.Create(newPoints, _model.Dimensions, _model.Metric, nameof(newPoints));

    internal Attachment[] Attach(PointSet queries, CancellationToken ct)
    {
        int k = Math.Min(2 * _model.MinSamples, _points.Count);
        NeighborLists near = NeighborSearch.Search(_points, _tree, queries, k, _threads, progress: null, ct);
        Attachment[] attached = new Attachment[queries.Count];
        for (int q = 0; q < attached.Length; q++)
        {
            attached[q] = Attach(near.IndicesOf(q), near.DistancesOf(q));
        }

        return attached;
    }

    /// <summary>Where a point joins whose nearest training points are known: twice min samples of them, copies counted, or all.</summary>
    private Attachment Attach(ReadOnlySpan<int> near, ReadOnlySpan<double> distances)
    {
        int counted = 0, own = 0;
        while ((counted += WeightOf(near[own])) <= _model.MinSamples)
        {
            own++;
        }

        int nearest = -1;
        double least = double.PositiveInfinity;
        counted = 0;
        for (int i = 0; i < near.Length && counted < 2 * _model.MinSamples; i++)
        {
            double distance = Math.Max(Math.Max(_model.CoreDistances[near[i]], distances[own]), distances[i]);
            if (nearest < 0 || distance < least)
            {
                (nearest, least) = (near[i], distance);
            }

            counted += WeightOf(near[i]);
        }

        return new Attachment(nearest, least > 0 ? 1 / least : double.MaxValue);
    }

    private int WeightOf(int point) => _model.Weights is null ? 1 : _model.Weights[point];

    internal (int Label, double Strength) Assign(Attachment at)
    {
        if (_hierarchy.Count == 1)
        {
            return (-1, 0);
        }

        int cluster = _model.PointParents[at.Neighbor];
        if (_model.PointLambdas[at.Neighbor] > at.Lambda)
        {
            while (cluster > 0 && _hierarchy.Births[cluster] >= at.Lambda)
            {
                cluster = _hierarchy.Parents[cluster];
            }
        }

        int label = _labelOf[cluster];
        if (label < 0)
        {
            return (-1, 0);
        }

        double max = _model.MaxLambdas[label];
        return (label, max > 0 ? Math.Min(max, at.Lambda) / max : 1);
    }
}
