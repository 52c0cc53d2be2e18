namespace Pipeline.Clustering;

/// <summary>
/// What <see cref="HdbscanPredictor"/> needs, as plain arrays that can be written to a file and read back. n is the number of
/// training points, d of dimensions, m of clusters of the condensed tree (the root, number 0, included), k of selected clusters.
/// </summary>
public sealed partial record HdbscanModel
{
    /// <summary>d, at least 1.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The metric of the fit.</summary>
    public required DistanceMetric Metric { get; init; }

    /// <summary>The min samples of the fit, 1 to the number of training points less one, copies counted.</summary>
    public required int MinSamples { get; init; }

    /// <summary>n x d finite numbers, row-major.</summary>
    public required float[] TrainingPoints { get; init; }

    /// <summary>n: how many copies each training point stands for, 1 or more; null for one each.</summary>
    public int[]? Weights { get; init; }

    /// <summary>n: <see cref="HdbscanResult.PredictionCoreDistances"/>.</summary>
    public required double[] CoreDistances { get; init; }

    /// <summary>n: the cluster, 0 to m - 1, that the point falls out of.</summary>
    public required int[] PointParents { get; init; }

    /// <summary>n: the lambda at which it does; above 0, infinite among duplicates.</summary>
    public required double[] PointLambdas { get; init; }

    /// <summary>m: the parent cluster, a lower number; -1 for the root.</summary>
    public required int[] ClusterParents { get; init; }

    /// <summary>m: the lambda at which the cluster splits off its parent; 0 for the root.</summary>
    public required double[] ClusterBirthLambdas { get; init; }

    /// <summary>k: the selected clusters' numbers, ascending; the position is the label.</summary>
    public required int[] SelectedClusters { get; init; }

    /// <summary>k: the largest lambda at which a point or a cluster leaves the selected cluster.</summary>
    public required double[] MaxLambdas { get; init; }

    /// <summary>Throws where the arrays do not fit together.</summary>
    /// <exception cref="ArgumentException">An array has a wrong length or holds a number out of its range.</exception>
    public void Validate()
    {
        int n = CoreDistances.Length, m = ClusterParents.Length;
        Require(Dimensions >= 1, nameof(Dimensions), Dimensions, "1 or more");
        Require(Enum.IsDefined(Metric), nameof(Metric), Metric, "a defined metric");
        RequireLength(n >= 1, nameof(CoreDistances), n, "1 or more");
        int total = Weights is null ? n : PointWeights.Total(Weights, n, nameof(Weights));
        Require(MinSamples >= 1 && MinSamples < total, nameof(MinSamples), MinSamples, Invariant($"1 to the number of training points less one, {total - 1}"));
        RequireAll(CoreDistances, nameof(CoreDistances), (distance, _) => distance >= 0 && double.IsFinite(distance), "finite and 0 or more");
        RequireLength(TrainingPoints.Length == (long)n * Dimensions, nameof(TrainingPoints), TrainingPoints.Length, Invariant($"{n} points times {Dimensions} dimensions"));
        RequireLength(m >= 1, nameof(ClusterParents), m, "1 or more");
        RequireAll(ClusterParents, nameof(ClusterParents), (parent, c) => c == 0 ? parent == -1 : parent >= 0 && parent < c, "the number of an earlier cluster, -1 for the root alone");
        RequireLength(ClusterBirthLambdas.Length == m, nameof(ClusterBirthLambdas), ClusterBirthLambdas.Length, Invariant($"one number for each of {m} clusters"));
        RequireAll(ClusterBirthLambdas, nameof(ClusterBirthLambdas), (lambda, _) => lambda >= 0, "0 or more");
        RequireLength(PointParents.Length == n, nameof(PointParents), PointParents.Length, Invariant($"one number for each of {n} points"));
        RequireAll(PointParents, nameof(PointParents), (cluster, _) => cluster >= 0 && cluster < m, Invariant($"0 to {m - 1}"));
        RequireLength(PointLambdas.Length == n, nameof(PointLambdas), PointLambdas.Length, Invariant($"one number for each of {n} points"));
        RequireAll(PointLambdas, nameof(PointLambdas), (lambda, _) => lambda >= 0, "0 or more");
        RequireAll(SelectedClusters, nameof(SelectedClusters), (cluster, at) => cluster >= (at > 0 ? SelectedClusters[at - 1] + 1 : 0) && cluster < m, Invariant($"0 to {m - 1}, ascending"));
        RequireLength(MaxLambdas.Length == SelectedClusters.Length, nameof(MaxLambdas), MaxLambdas.Length, Invariant($"one number for each of {SelectedClusters.Length} selected clusters"));
        RequireAll(MaxLambdas, nameof(MaxLambdas), (lambda, _) => lambda >= 0, "0 or more");
    }

    private static void RequireLength(bool holds, string name, int length, string range) => Require(holds, name, Invariant($"of length {length}"), range);

    private static void RequireAll<T>(T[] values, string name, Func<T, int, bool> holds, string range)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!holds(values[i], i))
            {
                throw new ArgumentException(Invariant($"{name} of the model holds {values[i]} at {i}; it must be {range}."), name);
            }
        }
    }

    private static void Require(bool holds, string name, object value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException(Invariant($"{name} of the model is {value}; it must be {range}."), name);
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
