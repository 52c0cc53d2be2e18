namespace Pipeline.Clustering;

/// <summary>The parameters of UMAP, named as umap-learn names them.</summary>
public sealed record UmapOptions
{
    /// <summary>What a point costs beside its coordinates in the exact search, as compared with the approximate one, in coordinates.</summary>
    private const int CoordinatesOfPoint = 40;

    private const long MostExactWork = 12_000_000;

    /// <summary>Dimensions of the layout, 1 to 100. 5 suits clustering, 2 a map.</summary>
    public int Components { get; init; } = 5;

    /// <summary>Size of the neighbourhood that is kept, the point itself included, 2 to 1000. With fewer points, all of them.</summary>
    public int Neighbors { get; init; } = 15;

    /// <summary>The distance under which points of the layout need not be told apart, 0 to <see cref="Spread"/>. 0 suits clustering.</summary>
    public double MinDistance { get; init; }

    /// <summary>The scale of the layout, above 0.</summary>
    public double Spread { get; init; } = 1;

    /// <summary>How far apart two input points are. Under the cosine a zero vector is at distance 1 from everything.</summary>
    public DistanceMetric Metric { get; init; } = DistanceMetric.Cosine;

    /// <summary>
    /// How neighbours are searched. Auto searches exactly while the number of points times (dimensions + 40) is at most 12 million: 28,000 points of 384
    /// dimensions, or 133,000 of 50. That is between the sizes at which the exact search was measured to be as fast or faster (20,000 x 384, 50,000 x 50) and
    /// those at which the approximate one was (50,000 x 384, 200,000 x 50), where 5 to 8 in 100 of the true neighbours were missed and farther points taken.
    /// In other dimensions and on other machines the two may be equally fast elsewhere.
    /// </summary>
    public NeighborSearchMethod NeighborSearch { get; init; }

    /// <summary>Passes of the optimisation, 0 or more; null for 200 from 10,000 points on, and more for fewer: up to 500 for 1,600 points.</summary>
    public int? Epochs { get; init; }

    /// <summary>Points pushed away for each neighbour pulled near, 0 to 100. More keep the neighbours of large sets a little better, for more time.</summary>
    public int NegativeSampleRate { get; init; } = 5;

    /// <summary>
    /// What the pushes of a layout weigh against its pulls, 0 or more. umap-learn's 1 is for plain steps; those of Adam are divided by the root of the mean square, which damps pushes,
    /// as they are rare and strong. 2 makes up for that (docs/benchmarks has the trustworthiness of both). New points are placed by plain steps, with 1.
    /// </summary>
    public double RepulsionStrength { get; init; } = 2;

    /// <summary>The first step length, above 0; it falls linearly to nothing.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>Fixes the result.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Threads, 1 or more; null for all processors. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every parameter against its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        Check(Components is >= 1 and <= 100, nameof(Components), Components, "1 to 100");
        Check(Neighbors is >= 2 and <= 1000, nameof(Neighbors), Neighbors, "2 to 1000");
        Check(Spread > 0 && double.IsFinite(Spread), nameof(Spread), Spread, "above 0");
        Check(MinDistance >= 0 && MinDistance <= Spread, nameof(MinDistance), MinDistance, "0 to Spread");
        Check(Enum.IsDefined(Metric), nameof(Metric), Metric, "Euclidean or Cosine");
        Check(Enum.IsDefined(NeighborSearch), nameof(NeighborSearch), NeighborSearch, "Auto, Exact or Approximate");
        Check(Epochs is null or >= 0, nameof(Epochs), Epochs, "0 or more, or null");
        Check(NegativeSampleRate is >= 0 and <= 100, nameof(NegativeSampleRate), NegativeSampleRate, "0 to 100");
        Check(RepulsionStrength >= 0 && double.IsFinite(RepulsionStrength), nameof(RepulsionStrength), RepulsionStrength, "0 or more");
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "above 0");
        Check(MaxDegreeOfParallelism is null or >= 1, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "1 or more, or null");
    }

    /// <summary>Whether neighbours of so many points are searched approximately.</summary>
    internal bool SearchesApproximately(int points, int dimensions) => NeighborSearch switch
    {
        NeighborSearchMethod.Exact => false,
        NeighborSearchMethod.Approximate => true,
        _ => (long)points * (dimensions + CoordinatesOfPoint) > MostExactWork,
    };

    private static void Check(bool valid, string name, object? value, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; its range is {range}.");
    }
}
