namespace Pipeline.Clustering;

/// <summary>
/// The subclusters of a <see cref="Birch"/> at one moment, m of them. Independent of the tree it was taken from and safe for use by many threads.
/// </summary>
/// <param name="Dimensions">d, the number of coordinates.</param>
/// <param name="Centroids">m x d, row-major: the weighted means, rounded to single precision.</param>
/// <param name="Weights">m: the sums of the weights of their points, decayed to the moment.</param>
/// <param name="Radii">m: the roots of the mean squared distance of their points from the mean, in the unit of the points.</param>
/// <param name="LastUpdates">m: the latest time of one of their points.</param>
/// <param name="Ids">m: what they are known by from one moment to the next; ascending with their age is not promised.</param>
public sealed record BirchSubclusters(int Dimensions, float[] Centroids, double[] Weights, double[] Radii, double[] LastUpdates, long[] Ids)
{
    private const int ChunkRows = 4096;

    /// <summary>m, the number of subclusters.</summary>
    public int Count => Weights.Length;

    /// <summary>The centroid of one subcluster: d numbers.</summary>
    public ReadOnlySpan<float> CentroidOf(int subcluster) => Centroids.AsSpan(subcluster * Dimensions, Dimensions);

    /// <summary>
    /// Labels points with the subcluster of the nearest centroid, exactly. O(n m d) time, about O(n log m) in few dimensions; memory at most twice that of the centroids.
    /// </summary>
    /// <param name="points">n x d finite numbers, row-major; n may be 0.</param>
    /// <param name="maxDegreeOfParallelism">The number of threads, at least 1; null for all processors. No influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1, from any thread.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>Per point, the position of its subcluster; -1 where there are none.</returns>
    /// <exception cref="ArgumentException">The dimensions do not divide the points, a number is not finite, or the number of threads is below 1.</exception>
    public int[] Label(ReadOnlyMemory<float> points, int? maxDegreeOfParallelism = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism ?? 1, 1, nameof(maxDegreeOfParallelism));
        int[] labels = new int[PointSet.Create(points, Dimensions, DistanceMetric.Euclidean, nameof(points)).Count];
        if (Count == 0)
        {
            labels.AsSpan().Fill(-1);
            progress?.Report(1);
            return labels;
        }

        PointSet centroids = PointSet.Create(Centroids, Dimensions, DistanceMetric.Euclidean, nameof(Centroids));
        bool many = Dimensions >= RowDistance.LaneThreshold;
        KdTree? tree = many ? null : KdTree.Build(centroids, maxDegreeOfParallelism ?? Environment.ProcessorCount, ct);
        NeighborScan? scan = many ? NeighborScan.Create(centroids, maxDegreeOfParallelism, ct) : null;
        for (int first = 0; first < labels.Length; first += ChunkRows)
        {
            progress.Pass((double)first / labels.Length, ct);
            int count = Math.Min(ChunkRows, labels.Length - first);
            PointSet chunk = PointSet.Create(points.Slice(first * Dimensions, count * Dimensions), Dimensions, DistanceMetric.Euclidean, nameof(points));
            Nearest(centroids, tree, scan, chunk, maxDegreeOfParallelism ?? Environment.ProcessorCount, ct).Indices.CopyTo(labels, first);
        }

        progress?.Report(1);
        return labels;
    }

    /// <summary>
    /// The global step of the paper: joins subclusters, each as heavy as its points, to a number of clusters by Ward's criterion
    /// (Ward 1963; nearest-neighbour chains: Murtagh 1983). O(m^2 d) time, O(m d) memory. Where density matters, <see cref="Hdbscan.Fit(ReadOnlyMemory{float}, int, HdbscanOptions, IProgress{double}, CancellationToken)"/>
    /// takes the centroids; their weights are not copies at one place, so it should not be given them.
    /// </summary>
    /// <param name="clusters">How many clusters are wanted, at least 1; where there are fewer subclusters, each is one.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>Per subcluster, its cluster, numbered from 0 by the first subcluster in it.</returns>
    /// <exception cref="ArgumentException">The number of clusters is below 1.</exception>
    public int[] Agglomerate(int clusters, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        return WardLinkage.Cut(Centroids, Weights, Dimensions, clusters, progress, ct);
    }

    private static NeighborLists Nearest(PointSet centroids, KdTree? tree, NeighborScan? scan, PointSet queries, int threads, CancellationToken ct) =>
        scan is null ? NeighborSearch.Search(centroids, tree, queries, k: 1, threads, progress: null, ct) : scan.Search(queries, k: 1, threads, progress: null, ct);
}
