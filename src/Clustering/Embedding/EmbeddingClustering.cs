namespace Pipeline.Clustering;

/// <summary>
/// Clusters embeddings at several granularities, and chooses one: the neighbourhood graph under the cosine, an embedding of the graph that starts from label
/// propagation, and HDBSCAN's exact tree in it, condensed at the smallest clusters at which it persists. After EVoC (Tutte Institute) and PLSCAN
/// (arXiv:2512.16558).
/// </summary>
/// <remarks>
/// It takes less time than <see cref="Umap"/> and <see cref="Hdbscan"/>, as coarse graphs go most of the way for which a layout needs many passes; it places no
/// new points. As in a layout, points that are like nothing else may be pushed together and look like a cluster. The same points, options and seed give the
/// same result bit for bit, whatever the number of threads; machines with vectors of another width may round differently, and the order of the points has an
/// influence. A zero vector is at distance 1 from everything.
/// </remarks>
public static class EmbeddingClustering
{
    private const double ShareOfNeighbors = 0.6;
    private const double ShareOfEmbedding = 0.3;
    private const double ShareOfTree = 0.09;

    /// <summary>Clusters points. Time O(n^2 d) as <see cref="Umap.FindNeighbors"/> and O(epochs x n x neighbours); memory O(n (d + neighbours)).</summary>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 2.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The layers and the chosen one.</returns>
    /// <exception cref="ArgumentException">The points or an option are out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static EmbeddingClusteringResult Fit(
        ReadOnlyMemory<float> points, int dimensions, EmbeddingClusteringOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new EmbeddingClusteringOptions();
        options.Validate();
        int n = MatrixChecks.SomeSingleRows(points.Span, dimensions, nameof(points));
        if (n < 2)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(points)} holds {n} rows; clustering needs 2 or more."), nameof(points));

        UmapOptions neighborhood = new() { Neighbors = options.Neighbors, Seed = options.Seed, MaxDegreeOfParallelism = options.MaxDegreeOfParallelism };
        UmapGraph graph = Umap.BuildGraph(Umap.FindNeighbors(points, dimensions, neighborhood, progress.Part(0, ShareOfNeighbors), ct), points.Length / dimensions, neighborhood, ct);
        ParallelOptions parallel = ParallelBlocks.Options(options.MaxDegreeOfParallelism, ct);
        float[] embedding = new NodeEmbedding(options, parallel).Run(graph, progress.Part(ShareOfNeighbors, ShareOfEmbedding));
        HdbscanResult finest = Hdbscan.Fit(embedding, options.Components, options.Tree(n), progress.Part(ShareOfNeighbors + ShareOfEmbedding, ShareOfTree), ct);
        (IReadOnlyList<ClusterLayer> layers, int chosen) = LayerSelection.Choose(finest, options.MaxLayers, ct);
        progress?.Report(1);
        return new EmbeddingClusteringResult { NodeEmbedding = embedding, Components = options.Components, Layers = layers, ChosenLayer = chosen };
    }
}
