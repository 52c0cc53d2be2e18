namespace Pipeline.Clustering;

/// <summary>What <see cref="Hdbscan"/> found: the flat clusters and every stage on the way to them. n is the number of points given.</summary>
public sealed record HdbscanResult
{
    /// <summary>Per point, how many copies it stands for; null where the fit was without weights.</summary>
    public int[]? Weights { get; init; }

    /// <summary>Per point, its cluster, numbered from 0; -1 for noise.</summary>
    public int[] Labels { get; init; } = [];

    /// <summary>Per point, the strength with which it belongs to its cluster, in [0, 1]; 0 for noise.</summary>
    public double[] Probabilities { get; init; } = [];

    /// <summary>Per point, its GLOSH outlier score in [0, 1]; the larger, the more of an outlier.</summary>
    public double[] OutlierScores { get; init; } = [];

    /// <summary>Per cluster, how persistent it is across distances; the larger, the more so. Usually below 1, but not bounded by it.</summary>
    public double[] Persistence { get; init; } = [];

    /// <summary>The number of clusters.</summary>
    public int ClusterCount => SelectedClusters.Length;

    /// <summary>Per cluster, the indices of its exemplars, the points at its densest places.</summary>
    public int[][] Exemplars { get; init; } = [];

    /// <summary>Per cluster, its id in the condensed tree; ascending.</summary>
    public int[] SelectedClusters { get; init; } = [];

    /// <summary>Per point, the distance to its <see cref="MinSamples"/>-th nearest other point, copies counted.</summary>
    public double[] CoreDistances { get; init; } = [];

    /// <summary>
    /// Per point, the core distance that prediction uses, which counts the point itself, as in the reference implementation: the
    /// distance to the (<see cref="MinSamples"/> - 1)-th nearest other point, 0 where that is the point.
    /// </summary>
    public double[] PredictionCoreDistances { get; init; } = [];

    /// <summary>The minimum spanning tree of the mutual reachability graph.</summary>
    public MinimumSpanningTree MinimumSpanningTree { get; init; } = new([], [], []);

    /// <summary>How near an approximate search came to the exact one; null after an exact search or a fit of a graph.</summary>
    public TreeApproximation? Approximation { get; init; }

    /// <summary>The single linkage hierarchy.</summary>
    public required SingleLinkageTree SingleLinkageTree { get; init; }

    /// <summary>The condensed tree.</summary>
    public required CondensedTree CondensedTree { get; init; }

    /// <summary>The parameters of the fit.</summary>
    public required HdbscanOptions Options { get; init; }

    /// <summary>The number of coordinates of a point; 0 after a fit of a graph.</summary>
    public int Dimensions { get; init; }

    /// <summary>The min samples in force: the option, or the min cluster size in its place, at most the number of points less one, copies counted.</summary>
    public int MinSamples { get; init; }

    /// <summary>Gathers what prediction needs.</summary>
    /// <param name="points">The points that were fitted, n x d, row-major. Copied.</param>
    /// <returns>A model of plain arrays.</returns>
    /// <exception cref="ArgumentException">The number of points or dimensions is not that of the fit.</exception>
    /// <exception cref="InvalidOperationException">The fit was of a graph, without points.</exception>
    public HdbscanModel ToModel(ReadOnlyMemory<float> points)
    {
        if (Dimensions == 0)
        {
            throw new InvalidOperationException("The fit was of a graph; prediction needs a fit of points.");
        }

        long expected = (long)Labels.Length * Dimensions;
        if (points.Length != expected)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(points)} holds {points.Length} numbers; the fit was of {expected}."), nameof(points));
        }

        ClusterHierarchy hierarchy = ClusterHierarchy.From(CondensedTree);
        return new HdbscanModel
        {
            Dimensions = Dimensions,
            Metric = Options.Metric,
            MinSamples = MinSamples,
            TrainingPoints = points.ToArray(),
            Weights = Weights,
            CoreDistances = PredictionCoreDistances,
            PointParents = hierarchy.PointParents,
            PointLambdas = hierarchy.PointLambdas,
            ClusterParents = hierarchy.Parents,
            ClusterBirthLambdas = hierarchy.Births,
            SelectedClusters = Array.ConvertAll(SelectedClusters, id => id - Labels.Length),
            MaxLambdas = Array.ConvertAll(SelectedClusters, id => hierarchy.MaxLambdas[id - Labels.Length]),
        };
    }
}
