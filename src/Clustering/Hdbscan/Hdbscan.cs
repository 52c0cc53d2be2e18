namespace Pipeline.Clustering;

/// <summary>
/// Hierarchical density-based clustering, HDBSCAN* (Campello, Moulavi, Sander 2013; McInnes, Healy 2017), following the
/// reference implementation hdbscan 0.8.43 rule by rule.
/// </summary>
public static class Hdbscan
{
    private const double ShareOfCoreDistances = 0.45;
    private const double ShareOfSpanningTree = 0.5;

    /// <summary>
    /// Clusters points. The result is the same bit for bit whatever the number of threads.
    /// Time O(n^2 d); about O(n log^2 n) for many points in at most 20 dimensions. Memory O(n (d + min samples)).
    /// </summary>
    /// <remarks>
    /// <para>What differs from the reference implementation:</para>
    /// <list type="bullet">
    /// <item>The spanning tree is always exact. Ties are broken as Prim's algorithm from point 0 with a stable sort does;
    /// only over a kd-tree (more than 2000 points in at most 20 dimensions) and only among points at exactly equal distances
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
        PointSet set = PointSet.Create(points.Span, dimensions, options.Metric, nameof(points));
        if (set.Count < 2)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(points)} holds {set.Count} rows; clustering needs 2 or more."), nameof(points));
        }

        int minSamples = Math.Min(options.MinSamples ?? options.MinClusterSize, set.Count - 1);
        bool overTree = method == SpanningTreeMethod.Tree || (method == SpanningTreeMethod.Auto && NeighborSearch.SuitsTree(set));
        KdTree? tree = overTree ? KdTree.Build(set) : null;
        NeighborLists neighbors = NeighborSearch.Search(
            set, tree, set, minSamples, options.Threads, progress.Part(0, ShareOfCoreDistances), ct);
        MutualReachability graph = new(set, CoreDistances.Last(neighbors), options.Alpha);
        IProgress<double>? rest = progress.Part(ShareOfCoreDistances, ShareOfSpanningTree);
        MinimumSpanningTree spanningTree = tree is null
            ? PrimSpanningTree.Build(graph, options.Threads, rest, ct)
            : PrimOrder.Arrange(graph, BoruvkaSpanningTree.Build(graph, tree, neighbors, options.Threads, rest, ct), neighbors);

        double[] predictionCoreDistances = CoreDistances.NthOther(neighbors, minSamples - 1);
        HdbscanResult result = Cluster(SingleLinkage.Build(spanningTree), options) with
        {
            Dimensions = dimensions,
            MinSamples = minSamples,
            CoreDistances = graph.CoreDistances,
            PredictionCoreDistances = predictionCoreDistances,
            MinimumSpanningTree = spanningTree,
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
