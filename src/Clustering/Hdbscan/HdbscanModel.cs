namespace Pipeline.Clustering;

/// <summary>
/// What <see cref="HdbscanPredictor"/> needs, as plain arrays that can be written to a file and read back. n is the number of
/// training points, d of dimensions, m of clusters of the condensed tree (the root, number 0, included), k of selected clusters.
/// </summary>
public sealed record HdbscanModel
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
        Require(Dimensions >= 1, nameof(Dimensions), "1 or more");
        Require(Enum.IsDefined(Metric), nameof(Metric), "a defined metric");
        Require(n >= 1, nameof(CoreDistances), "of length 1 or more");
        int total = Weights is null ? n : PointWeights.Total(Weights, n, nameof(Weights));
        Require(MinSamples >= 1 && MinSamples < total, nameof(MinSamples), "1 to the number of training points less one");
        Require(TrainingPoints.Length == (long)n * Dimensions, nameof(TrainingPoints), "as long as points times dimensions");
        Require(m >= 1 && ClusterParents[0] == -1, nameof(ClusterParents), "-1 for the root");
        Require(ClusterParents.Skip(1).Select((parent, i) => parent >= 0 && parent <= i).All(holds => holds), nameof(ClusterParents), "a lower number than the cluster's own");
        Require(ClusterBirthLambdas.Length == m, nameof(ClusterBirthLambdas), "one number per cluster");
        Require(PointParents.Length == n && PointParents.All(c => c >= 0 && c < m), nameof(PointParents), "one cluster number per point");
        Require(PointLambdas.Length == n, nameof(PointLambdas), "one number per point");
        Require(SelectedClusters.All(c => c >= 0 && c < m), nameof(SelectedClusters), "cluster numbers");
        Require(SelectedClusters.Zip(SelectedClusters.Skip(1), (a, b) => a < b).All(holds => holds), nameof(SelectedClusters), "ascending");
        Require(MaxLambdas.Length == SelectedClusters.Length, nameof(MaxLambdas), "one number per selected cluster");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} of the model does not fit; it must be {range}.", name);
        }
    }
}
