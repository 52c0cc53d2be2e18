using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Hierarchical density-based clustering, HDBSCAN* (Campello, Moulavi, Sander 2013; McInnes, Healy 2017), following the
/// reference implementation hdbscan 0.8.43 rule by rule.
/// </summary>
public static class Hdbscan
{
    private const double ShareOfSpanningTree = 0.8;
    private const double ShareOfLinkage = 0.1;

    /// <summary>
    /// Clusters points. The result is the same bit for bit whatever the number of threads.
    /// Time O(n^2 d); about O(n log^2 n) for many points in at most 14 dimensions, or in at most 20 from 250,000 points on.
    /// Memory O(n (d + min samples)); beyond these dimensions and 2000 points it is the size of the points once more,
    /// about 12 (min samples + 25) bytes a point and at most 64 MB; up to 2000 points in more than 20 dimensions 4 n^2 bytes.
    /// </summary>
    /// <remarks>
    /// <para>What differs from the reference implementation:</para>
    /// <list type="bullet">
    /// <item>The spanning tree is exact unless <see cref="HdbscanOptions.NeighborSearch"/> is Approximate. Ties are broken as Prim's algorithm from point 0 with a stable sort does;
    /// only for more than 2000 points and only among points at exactly equal distances, or with alpha above 1,
    /// may the choice be another one.</item>
    /// <item>NaN and infinity are refused, not set aside as noise.</item>
    /// <item>An outlier score whose cluster has an infinite largest lambda is 1, not NaN.</item>
    /// <item>Where the tree never splits, leaf selection gives the single cluster if one is allowed, not noise.</item>
    /// <item>The limit of cluster sizes holds for leaves, merging by epsilon and the root too, not by excess of mass alone.</item>
    /// <item>A new point at a place of infinite density, such as a copy of duplicates, has strength 1, and membership vectors are never NaN.</item>
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

    /// <summary>
    /// Clusters points of which each stands for a number of copies, such as a text that was seen 500 times. The result is that of as
    /// many copies, one entry for each point given, without making them: time and memory are those of <see cref="Fit(ReadOnlyMemory{float}, int, HdbscanOptions, IProgress{double}, CancellationToken)"/>
    /// on the points given.
    /// </summary>
    /// <remarks>
    /// The core distance counts the other copies of a point and the weights of its neighbours; sizes count copies. Copies of a point have the
    /// core distance as their mutual reachability distance, like many edges to its neighbours. Among these equal edges those between
    /// copies come first, so that all copies get one answer; real copies meet in the order of Prim's algorithm, which can give a few of
    /// the points at such a distance another side of a split, even copies of one point different ones. Nothing else differs. Give equal
    /// rows as one point, as <see cref="DistinctRows"/> does; given as several, they are several neighbours at distance 0.
    /// </remarks>
    /// <param name="points">n x d numbers, row-major; n at least 1. All finite; under the cosine metric no row is zero.</param>
    /// <param name="dimensions">d, at least 1; divides the length of <paramref name="points"/>.</param>
    /// <param name="weights">n numbers of copies, the point itself counted: 1 or more, in all 2 to <see cref="int.MaxValue"/>. Copied.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Told the share done, 0 to 1, from any thread.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The clusters and every intermediate result. The spanning tree lists no edges between copies.</returns>
    /// <exception cref="ArgumentException">The points, a weight or a parameter are out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    [OverloadResolutionPriority(-1)]
    public static HdbscanResult Fit(
        ReadOnlyMemory<float> points, int dimensions, ReadOnlyMemory<int> weights, HdbscanOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default) =>
        FitCopies(points, dimensions, weights.ToArray(), options ?? new HdbscanOptions(), SpanningTreeMethod.Auto, progress, ct);

    /// <summary>
    /// Clusters points of which only some distances are known, such as those to each point's nearest neighbours. The metric and the search of neighbours have no meaning here.
    /// With all distances given, the result is that of a fit of the points. The same bit for bit whatever the number of threads.
    /// O(m log m) time for m distances, 40 bytes of memory for each of them.
    /// </summary>
    /// <remarks>
    /// A point's core distance is the distance to the min-samples-th nearest of the neighbours it has in either direction, infinite where it has fewer.
    /// Only given pairs are edges. What stays unconnected is joined at distance infinity, lambda 0: the largest component first, so
    /// that a component smaller than a cluster, or a point with too few neighbours, falls out there and is noise. The reference implementation refuses
    /// such a graph unless it is told a distance to put in place of the missing ones.
    /// </remarks>
    /// <param name="graph">The known distances of n points; n at least 2.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The clusters and every intermediate result. It cannot make a model for prediction, which needs the points.</returns>
    /// <exception cref="ArgumentException">The graph or a parameter is out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static HdbscanResult FitGraph(NeighborGraph graph, HdbscanOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new HdbscanOptions();
        options.Validate();
        graph.Validate();
        RequireTwo(graph.PointCount, nameof(graph));
        int minSamples = Math.Min(options.MinSamples ?? options.MinClusterSize, graph.PointCount - 1);
        progress = progress.Ordered();
        SpannedGraph found = GraphSpanningTree.Build(graph, minSamples, options.Alpha, options.Threads, progress.Part(0, ShareOfSpanningTree), ct);
        return Finish(found, copies: null, minSamples, options, progress, ct);
    }

    internal static HdbscanResult FitBy(
        ReadOnlyMemory<float> points, int dimensions, HdbscanOptions options, SpanningTreeMethod method, IProgress<double>? progress, CancellationToken ct) =>
        FitCopies(points, dimensions, weights: null, options, method, progress, ct);

    internal static HdbscanResult FitCopies(
        ReadOnlyMemory<float> points, int dimensions, int[]? weights, HdbscanOptions options, SpanningTreeMethod method, IProgress<double>? progress, CancellationToken ct)
    {
        options.Validate();
        PointSet set = PointSet.Create(points, dimensions, options.Metric, nameof(points));
        int total = weights is null ? set.Count : PointWeights.Total(weights, set.Count, nameof(weights));
        RequireTwo(total, nameof(points));
        int minSamples = Math.Min(options.MinSamples ?? options.MinClusterSize, total - 1);
        progress = progress.Ordered();
        method = method == SpanningTreeMethod.Auto && !options.ReferenceTies && NeighborSearch.SuitsTree(set, referenceTies: false) && !NeighborSearch.SuitsPanels(set) ? SpanningTreeMethod.Tree : method;
        bool approximate = options.NeighborSearch == NeighborSearchMethod.Approximate;
        SpannedGraph found = set.Count == 1
            ? new SpannedGraph(new MinimumSpanningTree([], [], []), [0], [0], approximate ? TreeApproximation.OfAllPairs(1) : null)
            : approximate ? ApproximateSpanningTree.Build(set, weights, minSamples, options, progress.Part(0, ShareOfSpanningTree), ct)
            : SpanningTrees.Build(set, weights, minSamples, options.Alpha, method, options.Threads, progress.Part(0, ShareOfSpanningTree), ct);
        return Finish(found, weights is null ? null : new PointCopies(weights, found.CoreDistances), minSamples, options, progress, ct) with { Dimensions = dimensions };
    }

    internal static HdbscanResult Cluster(SingleLinkageTree linkage, HdbscanOptions options, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        CondensedTree tree = TreeCondensation.Build(linkage, options.MinClusterSize, ct);
        progress.Pass(0.5, ct);
        ClusterHierarchy hierarchy = ClusterHierarchy.From(tree);
        ClusterSelection selection = ClusterSelection.Choose(hierarchy, ClusterStability.Compute(tree, hierarchy.Births), options);
        progress.Pass(0.7, ct);
        int[] selected = Array.ConvertAll(selection.Clusters, id => id - tree.PointCount);
        int[] labels = ClusterLabelling.Label(hierarchy, selected, options.ClusterSelectionEpsilon);
        progress.Pass(0.8, ct);
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

    private static HdbscanResult Finish(SpannedGraph found, PointCopies? copies, int minSamples, HdbscanOptions options, IProgress<double>? progress, CancellationToken ct)
    {
        progress.Pass(ShareOfSpanningTree, ct);
        SingleLinkageTree linkage = SingleLinkage.Build(found.Tree, copies, ct);
        double done = ShareOfSpanningTree + ShareOfLinkage;
        progress.Pass(done, ct);
        HdbscanResult result = Cluster(linkage, options, progress.Part(done, 1 - done), ct) with
        {
            MinSamples = minSamples,
            Weights = copies?.Weights,
            CoreDistances = found.CoreDistances,
            PredictionCoreDistances = found.PredictionCoreDistances,
            MinimumSpanningTree = found.Tree,
            Approximation = found.Approximation,
        };
        progress?.Report(1);
        return result;
    }

    private static void RequireTwo(int count, string name)
    {
        if (count < 2)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} holds {count} rows; clustering needs 2 or more."), name);
        }
    }
}
