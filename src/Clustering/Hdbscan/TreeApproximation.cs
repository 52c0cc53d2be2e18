namespace Pipeline.Clustering;

/// <summary>
/// How near the graph and the spanning tree of an approximate fit come to exact ones, measured on a sample of points whose distances to all others are computed exactly.
/// </summary>
public sealed record TreeApproximation
{
    /// <summary>How many points the sample holds: all of up to 64, else 64.</summary>
    public required int SampledPoints { get; init; }

    /// <summary>How many neighbours of each point the graph lists.</summary>
    public required int Neighbors { get; init; }

    /// <summary>The share of the sampled points' nearest <see cref="Neighbors"/> that the graph lists, 0 to 1; one at the distance of the last counts as listed.</summary>
    public required double Recall { get; init; }

    /// <summary>The standard error of <see cref="Recall"/>.</summary>
    public required double RecallError { get; init; }

    /// <summary>
    /// An estimate of the share by which the tree is heavier than a minimum spanning tree of all pairs, at least 0: what the tree would lose if the sampled points had their exact core
    /// distances and edges to all others, taken for all points. It counts what one point's edges change at a time, of which two points share each edge.
    /// </summary>
    public required double ExcessWeight { get; init; }

    /// <summary>The standard error of <see cref="ExcessWeight"/> from the choice of the sample.</summary>
    public required double ExcessWeightError { get; init; }

    /// <summary>Components of the graph, which were joined by their nearest pairs; 1 if it was connected.</summary>
    public required int Components { get; init; }

    /// <summary>What holds for so few points that nothing was searched.</summary>
    internal static TreeApproximation OfAllPairs(int points) => new()
    {
        SampledPoints = points,
        Neighbors = points - 1,
        Recall = 1,
        RecallError = 0,
        ExcessWeight = 0,
        ExcessWeightError = 0,
        Components = 1,
    };
}
