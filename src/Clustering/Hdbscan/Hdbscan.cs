namespace Pipeline.Clustering;

/// <summary>
/// Hierarchical density-based clustering, HDBSCAN* (Campello, Moulavi, Sander 2013; McInnes, Healy 2017), following the
/// reference implementation hdbscan 0.8.43 rule by rule.
/// </summary>
public static class Hdbscan
{
    private const double ShareOfSpanningTree = 0.95;

    /// <summary>
    /// Clusters points. The result is the same bit for bit whatever the number of threads.
    /// Time O(n^2 d); about O(n log^2 n) for many points in at most 7 dimensions, or in at most 20 from 250,000 points on.
    /// Memory O(n (d + min samples)); beyond these dimensions and 2000 points it is the size of the points once more,
    /// about 12 (min samples + 25) bytes a point and at most 64 MB.
    /// </summary>
    /// <remarks>
    /// <para>What differs from the reference implementation:</para>
    /// <list type="bullet">
    /// <item>The spanning tree is always exact. Ties are broken as Prim's algorithm from point 0 with a stable sort does;
    /// only for more than 2000 points and only among points at exactly equal distances, or with alpha above 1,
    /// may the choice be another one.</item>
    /// <item>NaN and infinity are refused, not set aside as noise.</item>
    /// <item>An outlier score whose cluster has an infinite largest lambda is 1, not NaN.</item>
    /// <item>Prediction knows every selected cluster, also one without a point of its own, and asks for at most n neighbours.</item>
    /// <item>The cosine metric needs no distance matrix and can predict; the distance between equal rows is exactly 0.</item>
    /// </list>
    /// </remarks>
    /// <param name="points">n x d numbers, row-major; n at least 2. All finite; under the cosine metric no row is zero.</param>
    /// <param name="dimensions">d, at least 1; divides the length of <paramref name="points"/>.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Told the share done, 0 to 1, from any thread.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The clusters and every intermediate result.</returns>
    /// <exception cref="ArgumentException">The points or a parameter are out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static HdbscanResult Fit(
        ReadOnlyMemory<float> points, int dimensions, HdbscanOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default) =>
        FitBy(points, dimensions, options ?? new HdbscanOptions(), SpanningTreeMethod.Auto, progress, ct);

    internal static HdbscanResult FitBy(
        ReadOnlyMemory<float> points, int dimensions, HdbscanOptions options, SpanningTreeMethod method, IProgress<double>? progress, CancellationToken ct)
    {
        options.Validate();
        PointSet set = PointSet.Create(points, dimensions, options.Metric, nameof(points));
        if (set.Count < 2)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(points)} holds {set.Count} rows; clustering needs 2 or more."), nameof(points));
        }

        int minSamples = Math.Min(options.MinSamples ?? options.MinClusterSize, set.Count - 1);
        SpannedGraph found = SpanningTrees.Build(set, minSamples, options.Alpha, method, options.Threads, progress.Part(0, ShareOfSpanningTree), ct);
        HdbscanResult result = Cluster(SingleLinkage.Build(found.Tree), options) with
        {
            Dimensions = dimensions,
            MinSamples = minSamples,
            CoreDistances = found.CoreDistances,
            PredictionCoreDistances = found.PredictionCoreDistances,
            MinimumSpanningTree = found.Tree,
        };
        progress?.Report(1);
        return result;
    }

    internal static HdbscanResult Cluster(SingleLinkageTree linkage, HdbscanOptions options)
    {
        CondensedTree tree = TreeCondensation.Build(linkage, options.MinClusterSize);
        ClusterHierarchy hierarchy = ClusterHierarchy.From(tree);
        ClusterSelection selection = ClusterSelection.Choose(hierarchy, ClusterStability.Compute(tree), options);
        int[] selected = Array.ConvertAll(selection.Clusters, id => id - tree.PointCount);
        int[] labels = ClusterLabelling.Label(hierarchy, selected, options.ClusterSelectionEpsilon);
        return new HdbscanResult
        {
            Options = options,
            SingleLinkageTree = linkage,
            CondensedTree = tree,
            SelectedClusters = selection.Clusters,
            Labels = labels,
            Probabilities = ClusterLabelling.Probabilities(hierarchy, selected, labels),
            OutlierScores = OutlierScores.Compute(hierarchy),
            Persistence = ClusterPersistence.Compute(tree, selection, labels),
            Exemplars = ClusterExemplars.Find(hierarchy, selected),
        };
    }
}
