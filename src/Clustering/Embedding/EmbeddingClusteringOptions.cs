namespace Pipeline.Clustering;

/// <summary>The parameters of <see cref="EmbeddingClustering"/>.</summary>
public sealed record EmbeddingClusteringOptions
{
    private const double MinClusterSizePerRoot = 0.2;
    private const int SmallestDefault = 5;

    /// <summary>Size of the neighbourhood, the point itself included, 2 to 1000. With fewer points, all of them.</summary>
    public int Neighbors { get; init; } = 15;

    /// <summary>Dimensions in which the graph is embedded, 1 to 100.</summary>
    public int Components { get; init; } = 8;

    /// <summary>Passes over each graph, from the coarsest to that of the points; 0 or more.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>The smallest cluster of the finest layer, at least 2; null for 0.2 times the square root of the number of points, at least 5.</summary>
    public int? MinClusterSize { get; init; }

    /// <summary>The neighbour in the embedding whose distance is the core distance, at least 1.</summary>
    public int MinSamples { get; init; } = 5;

    /// <summary>The most layers to return, 1 or more.</summary>
    public int MaxLayers { get; init; } = 10;

    /// <summary>Fixes the result.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Threads, 1 or more; null for all processors. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every parameter against its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        ParameterRange.Require(Neighbors is >= 2 and <= 1000, nameof(Neighbors), Neighbors, "2 to 1000");
        ParameterRange.Require(Components is >= 1 and <= 100, nameof(Components), Components, "1 to 100");
        ParameterRange.Require(Epochs >= 0, nameof(Epochs), Epochs, "0 or more");
        ParameterRange.Require(MinClusterSize is null or >= 2, nameof(MinClusterSize), MinClusterSize, "2 or more, or null");
        ParameterRange.Require(MinSamples >= 1, nameof(MinSamples), MinSamples, "1 or more");
        ParameterRange.Require(MaxLayers >= 1, nameof(MaxLayers), MaxLayers, "1 or more");
        ParameterRange.Require(MaxDegreeOfParallelism is null or >= 1, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "1 or more, or null");
    }

    /// <summary>The parameters of the tree over a number of points.</summary>
    internal HdbscanOptions Tree(int count) => new()
    {
        MinClusterSize = MinClusterSize ?? Math.Max(SmallestDefault, (int)Math.Round(MinClusterSizePerRoot * Math.Sqrt(count))),
        MinSamples = MinSamples,
        MaxDegreeOfParallelism = MaxDegreeOfParallelism,
    };
}
