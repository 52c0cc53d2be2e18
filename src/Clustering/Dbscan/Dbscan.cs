namespace Pipeline.Clustering;

/// <summary>
/// Density-based clusters, DBSCAN (Ester, Kriegel, Sander, Xu 1996), with one radius for all points or with a radius for each that follows the density around it.
/// </summary>
/// <remarks>
/// <para>How local radii are found, with k = min points - 1:</para>
/// <list type="number">
/// <item>Each point's distance to its k-th nearest other point stands for the density around it, as in locally scaled density-based clustering (Biçici, Yuret 2007).</item>
/// <item>It is smoothed over the neighbour graph: the upper median of the point's own and its k neighbours' distances. So a stray point beside a dense
/// group is measured by the group's scale, as a local outlier factor measures it (Breunig, Kriegel, Ng, Sander 2000).</item>
/// <item>Times the scale it is the point's radius, but no radius exceeds the one that the expected share of noise leaves: the sorted k-distances are cut
/// as Ester et al. advise for choosing a radius.</item>
/// </list>
/// <para>
/// Two points are linked when their distance is within both radii. The rest is DBSCAN's: a point with enough links is a core point, linked core points share a
/// cluster, and another point belongs to the cluster of the nearest core point that it is linked to, the one of lowest index among equals (not, as in the
/// paper, to the cluster that happened to come first).
/// </para>
/// </remarks>
public static class Dbscan
{
    private const double ShareOfRadii = 0.3;

    /// <summary>
    /// Clusters points. The result is the same bit for bit whatever the number of threads. Time O(n^2 d); about O(n log n) times the number of points
    /// within a radius in few dimensions. Memory O(n d) and, for each thread, the points within
    /// the radii of 96 points in many dimensions, of one point in few; never a list of all links.
    /// </summary>
    /// <param name="points">n x d numbers, row-major; n at least 1. All finite; under the cosine metric no row is zero.</param>
    /// <param name="dimensions">d, at least 1; divides the length of <paramref name="points"/>.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Told the share done, 0 to 1, from any thread.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The points or a parameter are out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static DbscanResult Fit(
        ReadOnlyMemory<float> points, int dimensions, DbscanOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new DbscanOptions();
        options.Validate();
        PointSet set = PointSet.Create(points, dimensions, options.Metric, nameof(points));
        if (set.Count == 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(points)} holds 0 rows; clustering needs 1 or more."), nameof(points));
        }

        progress = progress.Ordered();
        IRadiusSearch search = RadiusSearches.For(set, options.Threads, ct);
        double[] radii = options.Epsilon is double epsilon
            ? [.. Enumerable.Repeat(epsilon, set.Count)]
            : LocalRadii.Compute(set, options, progress.Part(0, ShareOfRadii), ct);
        double share = (1 - ShareOfRadii) / (options.StabilityRange > 0 ? 3 : 1);
        progress.Pass(ShareOfRadii, ct);
        DensityLinks links = new(set, search, options, ct);
        (int[] labels, bool[] core) = links.Cluster(radii, 1, progress.Part(ShareOfRadii, share));
        double[][] similarities = options.StabilityRange == 0 ? [] : [
            LabelSimilarity.Best(labels, links.Cluster(radii, 1 - options.StabilityRange, progress.Part(ShareOfRadii + share, share)).Labels),
            LabelSimilarity.Best(labels, links.Cluster(radii, 1 + options.StabilityRange, progress.Part(ShareOfRadii + 2 * share, share)).Labels)];
        progress?.Report(1);
        return new DbscanResult
        {
            Labels = labels,
            IsCore = core,
            Epsilons = radii,
            ClusterEpsilons = Medians(labels, core, radii),
            Stability = similarities.Length == 0 ? [] : [.. similarities[0].Zip(similarities[1], (narrow, wide) => (narrow + wide) / 2)],
            Options = options,
        };
    }

    private static double[] Medians(int[] labels, bool[] core, double[] radii) =>
        [.. Enumerable.Range(0, labels.Length)
            .Where(i => core[i] && labels[i] >= 0)
            .GroupBy(i => labels[i], i => radii[i])
            .OrderBy(cluster => cluster.Key)
            .Select(cluster => cluster.Order().ElementAt(cluster.Count() / 2))];
}
