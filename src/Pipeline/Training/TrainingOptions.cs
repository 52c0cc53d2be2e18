namespace Pipeline.Training;

/// <summary>How models are trained. Every default is meant to be right for most; sizes grow with the number of incidents.</summary>
public sealed record TrainingOptions
{
    /// <summary>The cumulative window's length in months, 1 to 1200.</summary>
    public int WindowMonths { get; init; } = 24;

    /// <summary>HDBSCAN's smallest cluster, at least 2; null for a quarter of the square root of the number of incidents, at least 5.</summary>
    public int? MinClusterSize { get; init; }

    /// <summary>HDBSCAN's neighbours of a core distance, at least 1; null for a default that grows with the smallest cluster.</summary>
    public int? MinSamples { get; init; }

    /// <summary>Seeds every random choice: the same input, parameters and seed give the same clusters.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Dimensions kept by the principal component analysis, 2 to 1024.</summary>
    public int Dimensions { get; init; } = 100;

    /// <summary>How strongly frequent words are damped, 0 (not at all) to 1 (all principal directions count the same).</summary>
    public double Flattening { get; init; } = 0.25;

    /// <summary>Neighbours of the UMAP graph, 2 to 200.</summary>
    public int Neighbors { get; init; } = 15;

    /// <summary>Dimensions of the UMAP layout that is clustered, 2 to 50.</summary>
    public int LayoutDimensions { get; init; } = 5;

    /// <summary>The threads one training may use, at least 1; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Resolves the parameters of a training.</summary>
    /// <param name="incidents">The number of incidents in the window.</param>
    public TrainingParameters Resolve(int incidents)
    {
        int minClusterSize = MinClusterSize ?? Math.Max(5, (int)Math.Round(Math.Sqrt(incidents) / 4));
        int minSamples = MinSamples ?? Math.Clamp(minClusterSize / 2, 1, 10);
        return new TrainingParameters(WindowMonths, Dimensions, Flattening, Neighbors, LayoutDimensions, minClusterSize, minSamples, Seed);
    }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        Require(WindowMonths, 1, 1200, nameof(WindowMonths));
        Require(MinClusterSize ?? 2, 2, int.MaxValue, nameof(MinClusterSize));
        Require(MinSamples ?? 1, 1, int.MaxValue, nameof(MinSamples));
        Require(Dimensions, 2, 1024, nameof(Dimensions));
        Require(Neighbors, 2, 200, nameof(Neighbors));
        Require(LayoutDimensions, 2, 50, nameof(LayoutDimensions));
        Require(MaxDegreeOfParallelism ?? 1, 1, 1024, nameof(MaxDegreeOfParallelism));
        if (!(Flattening >= 0 && Flattening <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Flattening), Flattening, "Training:Flattening must be from 0 to 1.");
        }
    }

    private static void Require(int value, int lowest, int highest, string name)
    {
        if (value < lowest || value > highest)
        {
            throw new ArgumentOutOfRangeException(name, value, highest == int.MaxValue ? $"Training:{name} must be at least {lowest}." : $"Training:{name} must be from {lowest} to {highest}.");
        }
    }
}
