namespace Pipeline.Clustering;

/// <summary>Exact nearest neighbours by the method that suits the number of points and dimensions.</summary>
internal static class NeighborSearch
{
    private const int MostTreeDimensions = RowDistance.LaneThreshold - 1;
    private const int FewestPoints = 2000;
    private const int FewestTreePoints = 64;
    private const int FewestPanelDimensions = 15;
    private const int MostPanelPointsBesideTree = 250_000;

    /// <summary>Whether a kd-tree pays for a neighbour search.</summary>
    /// <param name="points">The points.</param>
    /// <param name="referenceTies">Whether equal distances are to be told apart as Prim's algorithm does where it is fast enough.</param>
    public static bool SuitsTree(PointSet points, bool referenceTies = true) =>
        points.Dimensions <= MostTreeDimensions && points.Count > (referenceTies ? FewestPoints : FewestTreePoints);

    /// <summary>
    /// Whether panels pay for the spanning tree of these points: many of them, in too many dimensions for a kd-tree, or in so many that a kd-tree has to
    /// look at a large share of the points and loses as long as n^2 is not too much.
    /// </summary>
    public static bool SuitsPanels(PointSet points) =>
        points.Count > FewestPoints
        && (points.Dimensions > MostTreeDimensions || (points.Dimensions >= FewestPanelDimensions && points.Count <= MostPanelPointsBesideTree));

    /// <summary>The nearest points of each query, see <see cref="BruteForceNeighbors.Search"/>.</summary>
    /// <param name="points">The points searched.</param>
    /// <param name="tree">A tree over them, or null to compare all pairs.</param>
    /// <param name="queries">The points searched for.</param>
    /// <param name="k">The number of neighbours.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public static NeighborLists Search(
        PointSet points, KdTree? tree, PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct) =>
        tree is null
            ? BruteForceNeighbors.Search(points, queries, k, threads, progress, ct)
            : tree.Search(queries, k, threads, progress, ct);
}
