namespace Pipeline.Clustering;

/// <summary>
/// Uniform manifold approximation and projection (McInnes, Healy, Melville 2018, arXiv:1802.03426): lays points out in few dimensions so that neighbours
/// stay neighbours.
/// </summary>
/// <remarks>
/// Neighbours are exact up to a number of points beyond which <see cref="UmapOptions.NeighborSearch"/> gives that up for speed. The same points, options
/// and seed give the same layout bit for bit, whatever the number of threads; machines with vectors of another width may round differently. Duplicates,
/// sets smaller than the neighbourhood and even a single point are laid out too.
/// </remarks>
public static class Umap
{
    private const double ShareOfGraph = 0.5;
    private const double ShareOfNeighbors = 0.9;
    private const double ShareOfStart = 0.1;
    private const int MostEpochs = 500;
    private const int FewestEpochs = 200;
    private const double ManyPoints = 10_000;

    /// <summary>Builds the graph and lays it out.</summary>
    /// <remarks>
    /// Time O(n^2 x d) for exact neighbours or about O(n x log n x d) for approximate ones, and O(epochs x n x (neighbours + negative sample rate)) for the layout;
    /// memory O(n x (d + neighbours)).
    /// </remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 1. The model keeps it.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The model, which can place new points too.</returns>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, or an option is out of its range.</exception>
    public static UmapModel Fit(ReadOnlyMemory<float> points, int dimensions, UmapOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new UmapOptions();
        UmapGraph graph = BuildGraph(points, dimensions, options, progress.Part(0, ShareOfGraph), ct);
        float[] embedding = Layout(graph, options, progress.Part(ShareOfGraph, 1 - ShareOfGraph), ct);
        (double a, double b) = CurveParameters.Fit(options.MinDistance, options.Spread);
        return new UmapModel(points, dimensions, embedding, options, a, b);
    }

    /// <summary>Lays out a graph that was built before; the rest is as in the other overload.</summary>
    /// <param name="graph">The graph of <paramref name="points"/>.</param>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite. The model keeps it.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters; those of the graph must be the ones it was built with.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The model, which can place new points too.</returns>
    /// <exception cref="ArgumentException">The graph is not of as many points, or an option is out of its range.</exception>
    public static UmapModel Fit(UmapGraph graph, ReadOnlyMemory<float> points, int dimensions, UmapOptions options, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        float[] embedding = Layout(graph, options, progress, ct);
        (double a, double b) = CurveParameters.Fit(options.MinDistance, options.Spread);
        return new UmapModel(points, dimensions, embedding, options, a, b);
    }

    /// <summary>Finds the neighbours and their memberships. The graph can be laid out several times, in different numbers of dimensions.</summary>
    /// <remarks>
    /// Time O(n^2 x d) for exact neighbours, about O(n x log n x d) for approximate ones; memory O(n x (d + neighbours)). Uses <see cref="UmapOptions.Neighbors"/>, <see cref="UmapOptions.Metric"/>, <see cref="UmapOptions.NeighborSearch"/>
    /// and the seed.
    /// </remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 1.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, or an option is out of its range.</exception>
    public static UmapGraph BuildGraph(ReadOnlyMemory<float> points, int dimensions, UmapOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new UmapOptions();
        UmapGraph graph = BuildGraph(FindNeighbors(points, dimensions, options, progress, ct), points, dimensions, options, ct);
        progress?.Report(1);
        return graph;
    }

    /// <summary>Builds a graph from neighbours that were found before, so that graphs of several sizes of the neighbourhood take one search.</summary>
    /// <param name="neighbors">The neighbours of the points; the nearest of them that <see cref="UmapOptions.Neighbors"/> asks for are used.</param>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The parameters.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="ArgumentException">There are too few neighbours, or not those of as many points, or an option is out of its range.</exception>
    public static UmapGraph BuildGraph(NeighborTable neighbors, ReadOnlyMemory<float> points, int dimensions, UmapOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        UmapGraph graph = BuildGraph(neighbors, points.Length / Math.Max(1, dimensions), options, ct);
        (float[] anchors, int anchorDimensions) = LayoutAnchors.Of(points, dimensions, options.Metric, options.Seed, ParallelBlocks.Options(options.MaxDegreeOfParallelism, ct));
        return new UmapGraph(graph.RowOffsets, graph.Columns, graph.Weights, anchors, anchorDimensions);
    }

    /// <summary>The same for a graph that is read and not laid out: it knows no places, and a layout of it would start at random ones.</summary>
    /// <param name="neighbors">The neighbours.</param>
    /// <param name="count">The number of points, n.</param>
    /// <param name="options">The parameters.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="ArgumentException">There are too few neighbours, or not those of as many points, or an option is out of its range.</exception>
    public static UmapGraph BuildGraph(NeighborTable neighbors, int count, UmapOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        int taken = Math.Min(options.Neighbors, count);
        if (neighbors.K < taken - 1 || neighbors.Indices.Length != count * neighbors.K)
            throw new ArgumentException($"There are {neighbors.Indices.Length} neighbours, {neighbors.K} of each point; {count} points with {taken - 1} or more of each are expected.", nameof(neighbors));
        ParallelOptions parallel = ParallelBlocks.Options(options.MaxDegreeOfParallelism, ct);
        NeighborTable table = neighbors.Nearest(taken - 1, count);
        double mean = FuzzyGraph.MeanDistance(table.Distances, count);
        float[] memberships = FuzzyGraph.Memberships(table, taken, true, mean, parallel);
        (int[] offsets, int[] columns, float[] weights) = FuzzyGraph.Union(table, memberships, count, parallel);
        return new UmapGraph(offsets, columns, weights, [], 0);
    }

    /// <summary>Finds the nearest other points of every point: one fewer than <see cref="UmapOptions.Neighbors"/>, which counts the point itself.</summary>
    /// <remarks>Time O(n^2 x d) for exact neighbours, about O(n x log n x d) for approximate ones; memory O(n x (d + neighbours)).</remarks>
    /// <param name="points">n x <paramref name="dimensions"/>, row-major, finite, n at least 1.</param>
    /// <param name="dimensions">Values per point, 1 or more.</param>
    /// <param name="options">The neighbours, the metric, how they are searched, and the seed; null for the defaults.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <exception cref="ArgumentException">The array is empty, ragged or not finite, or an option is out of its range.</exception>
    public static NeighborTable FindNeighbors(ReadOnlyMemory<float> points, int dimensions, UmapOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new UmapOptions();
        options.Validate();
        int n = MatrixChecks.SomeSingleRows(points.Span, dimensions, nameof(points));
        ParallelOptions parallel = ParallelBlocks.Options(options.MaxDegreeOfParallelism, ct);
        progress = progress.Ordered();
        UmapNeighbors search = new(points, dimensions, options.Metric);
        NeighborTable table = search.SearchSelf(Math.Min(options.Neighbors, n) - 1, options.SearchesApproximately(n, dimensions), options.Seed, progress.Part(0, ShareOfNeighbors), parallel);
        progress.Pass(ShareOfNeighbors, ct);
        return table;
    }

    /// <summary>Lays a graph out.</summary>
    /// <remarks>Time O(epochs x edges x negative sample rate), memory O(edges + n x components).</remarks>
    /// <param name="graph">The graph.</param>
    /// <param name="options">The parameters; null for the defaults. Those of the graph are not used again.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>n x components, row-major.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static float[] Layout(UmapGraph graph, UmapOptions? options = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new UmapOptions();
        options.Validate();
        ParallelOptions parallel = ParallelBlocks.Options(options.MaxDegreeOfParallelism, ct);
        progress = progress.Ordered();
        float[] start = InitialLayout.Create(graph, options.Components, options.Seed, progress.Part(0, ShareOfStart), parallel);
        (double a, double b) = CurveParameters.Fit(options.MinDistance, options.Spread);
        LayoutGradient forces = new(new ForceCurve(a, b), options.Components);
        int epochs = options.Epochs ?? DefaultEpochs(graph.Count);
        float[] layout = new LayoutOptimizer(graph, options, forces, epochs).Run(start, progress.Part(ShareOfStart, 1 - ShareOfStart), parallel);
        progress?.Report(1);
        return layout;
    }

    /// <summary>The fewer, the more points there are to average over: down to the fewest for many points, growing with the inverse root below.</summary>
    private static int DefaultEpochs(int count) =>
        (int)Math.Clamp(Math.Round(FewestEpochs * Math.Sqrt(ManyPoints / Math.Max(1, count))), FewestEpochs, MostEpochs);
}
