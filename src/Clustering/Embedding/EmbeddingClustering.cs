namespace Pipeline.Clustering;

/// <summary>
/// Clusters embeddings at several granularities: the neighbourhood graph under the cosine, an embedding of the graph that starts from label propagation,
/// HDBSCAN's exact tree in it, and the smallest clusters at which that tree persists. After EVoC (McInnes, Healy 2024) and PLSCAN (Bot and others 2025,
/// arXiv:2512.16558).
/// </summary>
/// <remarks>
/// Beside <see cref="Umap"/> and <see cref="Hdbscan"/> it takes less time, as the coarse graphs do most of the way that a layout goes in many passes, and it
/// chooses the smallest cluster itself. It places no new points. The same points, options and seed give the same result bit for bit, whatever the number of
/// threads; the order of the points has an influence. Zero vectors are at distance 1 from everything.
/// </remarks>
public static class EmbeddingClustering
{
    private const double ShareOfNeighbors = 0.6;
    private const double ShareOfEmbedding = 0.3;

    /// <summary>Clusters points. Time O(n^2 d) as <see cref="Umap.BuildGraph"/> and O(epochs x n x neighbours); memory O(n (d + neighbours)).</summary>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 2.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The layers and the chosen one.</returns>
    /// <exception cref="ArgumentException">The points or an option are out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static EmbeddingClusteringResult Fit(
        ReadOnlyMemory<float> points, int dimensions, EmbeddingClusteringOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddingClusteringOptions();
        options.Validate();
        int n = Points.Count(points.Span, dimensions, nameof(points));
        if (n < 2)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(points)} holds {n} rows; clustering needs 2 or more."), nameof(points));

        UmapOptions neighborhood = new() { Neighbors = options.Neighbors, Seed = options.Seed, MaxDegreeOfParallelism = options.MaxDegreeOfParallelism };
        UmapGraph graph = Umap.BuildGraphOnly(points, dimensions, neighborhood, progress.Part(0, ShareOfNeighbors), cancellationToken);
        ParallelOptions parallel = Points.Parallelism(options.MaxDegreeOfParallelism, cancellationToken);
        float[] embedding = new NodeEmbedding(options, parallel).Run(graph, progress.Part(ShareOfNeighbors, ShareOfEmbedding));
        const double Done = ShareOfNeighbors + ShareOfEmbedding;
        HdbscanResult finest = Hdbscan.Fit(embedding, options.Components, options.Tree(n), progress.Part(Done, 1 - Done), cancellationToken);
        (IReadOnlyList<ClusterLayer> layers, int chosen) = LayerSelection.Choose(finest, options.MaxLayers);
        return new EmbeddingClusteringResult { NodeEmbedding = embedding, Components = options.Components, Layers = layers, ChosenLayer = chosen };
    }
}
