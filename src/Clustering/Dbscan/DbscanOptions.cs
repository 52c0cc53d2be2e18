namespace Pipeline.Clustering;

/// <summary>The parameters of <see cref="Dbscan.Fit"/>.</summary>
public sealed record DbscanOptions
{
    /// <summary>
    /// The radius around every point, in the metric's unit: plain DBSCAN. Finite, at least 0. Null, the default, for a radius around each
    /// point that follows the density there.
    /// </summary>
    public double? Epsilon { get; init; }

    /// <summary>
    /// A point with this many points within its radius, itself counted, is a core point. At least 1; at least 2 where <see cref="Epsilon"/> is null.
    /// </summary>
    public int MinPoints { get; init; } = 5;

    /// <summary>The distance between two points.</summary>
    public DistanceMetric Metric { get; init; } = DistanceMetric.Euclidean;

    /// <summary>A local radius is the smoothed distance to the (<see cref="MinPoints"/> - 1)-th neighbour times this. Finite, above 0. Not used with <see cref="Epsilon"/>.</summary>
    public double EpsilonScale { get; init; } = 2;

    /// <summary>
    /// The share of the points, those in the sparsest places, that are taken for noise when local radii are bounded: no radius is larger than
    /// that of the sparsest of the others. At least 0, below 1. Not used with <see cref="Epsilon"/>.
    /// </summary>
    public double ExpectedNoise { get; init; } = 0.05;

    /// <summary>Smaller clusters are noise. At least 1.</summary>
    public int MinClusterSize { get; init; } = 1;

    /// <summary>
    /// By which share all radii are once narrowed and once widened to see which clusters stay. At least 0, below 1; 0 measures no stability, which makes
    /// the fit about three times as fast.
    /// </summary>
    public double StabilityRange { get; init; } = 0.1;

    /// <summary>The number of threads. At least 1; null for all processors. Has no influence on the result.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Throws where a parameter is out of its range.</summary>
    /// <exception cref="ArgumentException">A parameter is out of range; the message names it, its value and its range.</exception>
    public void Validate()
    {
        ParameterRange.Require(Epsilon is null || (double.IsFinite(Epsilon.Value) && Epsilon >= 0), nameof(Epsilon), Epsilon, "null, or finite and 0 or more");
        ParameterRange.Require(MinPoints >= 1, nameof(MinPoints), MinPoints, "1 or more");
        ParameterRange.Require(MinPoints >= 2 || Epsilon is not null, nameof(MinPoints), MinPoints, $"2 or more where {nameof(Epsilon)} is null");
        ParameterRange.Require(Enum.IsDefined(Metric), nameof(Metric), Metric, "a defined metric");
        ParameterRange.Require(double.IsFinite(EpsilonScale) && EpsilonScale > 0, nameof(EpsilonScale), EpsilonScale, "finite and above 0");
        ParameterRange.Require(ExpectedNoise is >= 0 and < 1, nameof(ExpectedNoise), ExpectedNoise, "0 or more and below 1");
        ParameterRange.Require(MinClusterSize >= 1, nameof(MinClusterSize), MinClusterSize, "1 or more");
        ParameterRange.Require(StabilityRange is >= 0 and < 1, nameof(StabilityRange), StabilityRange, "0 or more and below 1");
        ParameterRange.Require(MaxDegreeOfParallelism is null or >= 1, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "null or 1 or more");
    }

    /// <summary>The number of threads to use.</summary>
    internal int Threads => MaxDegreeOfParallelism ?? Environment.ProcessorCount;
}
