namespace Pipeline.Clustering;

/// <summary>A fitted UMAP layout, which can place new points. Its plain arrays are all there is to it, so that a file can restore it.</summary>
public sealed partial class UmapModel
{
    private const double ShareOfNeighbors = 0.5;
    private readonly Lazy<UmapNeighbors> _index;
    private readonly Lazy<PointPlacer> _placer;

    /// <summary>Makes a model of its arrays, which are not copied.</summary>
    /// <param name="trainingPoints">The points of the fit, n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per point.</param>
    /// <param name="embedding">Their layout, n x components, row-major.</param>
    /// <param name="options">The parameters of the fit.</param>
    /// <param name="a">The curve's a.</param>
    /// <param name="b">The curve's b.</param>
    /// <exception cref="ArgumentException">The arrays' lengths do not agree, a value is not finite, or an option is out of its range.</exception>
    public UmapModel(ReadOnlyMemory<float> trainingPoints, int dimensions, float[] embedding, UmapOptions options, double a, double b)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Count = MatrixChecks.SomeSingleRows(trainingPoints.Span, dimensions, nameof(trainingPoints));
        if (embedding.Length != (long)Count * options.Components)
            throw new ArgumentException($"The embedding has {embedding.Length} values; {Count} points of {options.Components} components need {(long)Count * options.Components}.", nameof(embedding));
        TrainingPoints = trainingPoints;
        Dimensions = dimensions;
        Embedding = embedding;
        Options = options;
        A = a;
        B = b;
        _index = new Lazy<UmapNeighbors>(() => new UmapNeighbors(TrainingPoints, Dimensions, Options.Metric));
        _placer = new Lazy<PointPlacer>(() => new PointPlacer(Embedding, Options, new LayoutGradient(new ForceCurve(A, B), Options.Components)));
    }

    /// <summary>The points of the fit, <see cref="Count"/> x <see cref="Dimensions"/>, row-major.</summary>
    public ReadOnlyMemory<float> TrainingPoints { get; }

    /// <summary>Values per point.</summary>
    public int Dimensions { get; }

    /// <summary>The number of points of the fit, n.</summary>
    public int Count { get; }

    /// <summary>The layout of the points of the fit, n x <see cref="UmapOptions.Components"/>, row-major.</summary>
    public float[] Embedding { get; }

    /// <summary>The parameters of the fit.</summary>
    public UmapOptions Options { get; }

    /// <summary>The a of the curve 1 / (1 + a d^2b), which follows from the minimum distance and the spread.</summary>
    public double A { get; }

    /// <summary>The b of the curve 1 / (1 + a d^2b).</summary>
    public double B { get; }

    /// <summary>
    /// Places new points in the layout: among their nearest training points, by the optimisation of the fit with the training points held still.
    /// </summary>
    /// <remarks>
    /// O(m x n x d + m x neighbours x negative sample rate). A point's place does not depend on the other new points, nor on the number of threads. A zero
    /// vector under the cosine is equally far from everything and goes to the middle of the first training points.
    /// </remarks>
    /// <param name="newPoints">m x <see cref="Dimensions"/>, row-major, finite; may be empty.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>m x <see cref="UmapOptions.Components"/>, row-major.</returns>
    /// <exception cref="ArgumentException">The array is not a whole number of points, or a value is not finite.</exception>
    public float[] Transform(ReadOnlyMemory<float> newPoints, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        NeighborTable neighbors = FindNeighbors(newPoints, progress.Part(0, ShareOfNeighbors), ct);
        return Transform(neighbors, progress.Part(ShareOfNeighbors, 1 - ShareOfNeighbors), ct);
    }

    /// <summary>Places new points whose neighbours are known already, so that they need not be searched twice.</summary>
    /// <param name="neighbors">The answer of <see cref="FindNeighbors"/>.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>m x <see cref="UmapOptions.Components"/>, row-major.</returns>
    public float[] Transform(NeighborTable neighbors, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        ParallelOptions parallel = ParallelBlocks.Options(Options.MaxDegreeOfParallelism, ct);
        float[] memberships = FuzzyGraph.Memberships(neighbors, neighbors.K, false, 0, parallel);
        progress = progress.Ordered();
        float[] placed = _placer.Value.Place(neighbors, memberships, progress, parallel);
        progress?.Report(1);
        return placed;
    }

    /// <summary>The nearest training points of new points, with their distances in the metric of the fit. O(m x n x d).</summary>
    /// <param name="newPoints">m x <see cref="Dimensions"/>, row-major, finite; may be empty.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>For each new point the nearest min(<see cref="UmapOptions.Neighbors"/>, n) training points.</returns>
    /// <exception cref="ArgumentException">The array is not a whole number of points, or a value is not finite.</exception>
    public NeighborTable FindNeighbors(ReadOnlyMemory<float> newPoints, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        MatrixChecks.SingleRows(newPoints.Span, Dimensions, nameof(newPoints));
        progress = progress.Ordered();
        NeighborTable neighbors = _index.Value.Search(newPoints, Math.Min(Options.Neighbors, Count), progress, ParallelBlocks.Options(Options.MaxDegreeOfParallelism, ct));
        progress?.Report(1);
        return neighbors;
    }
}
