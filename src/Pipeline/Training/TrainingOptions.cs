using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>How models are trained. Every default is meant to be right for most; sizes grow with the number of incidents.</summary>
public sealed record TrainingOptions
{
    // With fewer, components describe single incidents, and a new text is like none of them.
    private const int IncidentsPerDimension = 5;

    // Few passes with long steps leave a problem in one piece that many passes would tear into parts.
    private const int LayoutEpochs = 50;
    private const double LayoutLearningRate = 2;

    // At this number of incidents a training is steady with a single layout; the fewer there are, the more a layout's random start weighs.
    private const double SteadyIncidents = 2_000;
    private const int FewestLayouts = 3;
    private const int MostLayouts = 41;

    // Of records, see ResolveRecords.
    private const int RecordNeighbors = 50;
    private const int FewestRecords = 5;
    private const int RowsPerCluster = 100;

    /// <summary>The cumulative window's length in months, 1 to 1200.</summary>
    public int WindowMonths { get; init; } = 24;

    /// <summary>HDBSCAN's smallest cluster, at least 2; null for 0.3 times the square root of the number of incidents, at least 5.</summary>
    public int? MinClusterSize { get; init; }

    /// <summary>HDBSCAN's neighbours of a core distance, at least 1; null for a sixth of the smallest cluster, 3 to 12.</summary>
    public int? MinSamples { get; init; }

    /// <summary>
    /// How much more alike than unrelated texts a text and the rest of its cluster must be on the mean, in standard deviations of the cosine of unrelated texts,
    /// -10 (it always belongs) to 10.
    /// </summary>
    public double MinCoherence { get; init; } = 0.8;

    /// <summary>What finds the clusters of a layout.</summary>
    public ClusteringAlgorithm Algorithm { get; init; } = ClusteringAlgorithm.Hdbscan;

    /// <summary>Seeds every random choice: the same input, parameters and seed give the same clusters.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Dimensions kept by the principal component analysis, 2 to 1024; fewer where there are not five incidents for each.</summary>
    public int Dimensions { get; init; } = 200;

    /// <summary>How strongly frequent words are damped, 0 (not at all) to 1 (all principal directions count the same).</summary>
    public double Damping { get; init; } = FrequencyDamping.DefaultExponent;

    /// <summary>Neighbours of the UMAP graph, 2 to 200.</summary>
    public int Neighbors { get; init; } = 15;

    /// <summary>Dimensions of the UMAP layout that is clustered, 2 to 50.</summary>
    public int LayoutDimensions { get; init; } = 8;

    /// <summary>
    /// Layouts that are clustered and compared, 1 to 100: what most of them agree on is a cluster. Null for the square of 2,000 over the number of incidents, made odd, 3 to 41: small centers
    /// hang the most on a layout's random start, and their layouts cost the least.
    /// </summary>
    public int? Layouts { get; init; }

    /// <summary>The threads one training may use, 1 to 1024; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Resolves the parameters of a training.</summary>
    /// <param name="incidents">The number of incidents in the window.</param>
    public TrainingParameters Resolve(int incidents)
    {
        int minClusterSize = MinClusterSize ?? Math.Max(5, (int)Math.Round(0.3 * Math.Sqrt(incidents)));
        int minSamples = MinSamples ?? Math.Clamp(minClusterSize / 6, 3, 12);
        int dimensions = Math.Min(Dimensions, Math.Max(2, incidents / IncidentsPerDimension));
        return new TrainingParameters(WindowMonths, dimensions, Damping, Neighbors, LayoutDimensions, minClusterSize, minSamples, MinCoherence, Seed, LayoutEpochs, LayoutLearningRate, Layouts ?? LayoutsOf(incidents), Algorithm);
    }

    /// <summary>
    /// Resolves the parameters of a training on records. Nothing is damped: each column weighs the same already. The neighbours are at least 50: rows that share most categories lie on the same spot, and with fewer, the
    /// graph falls into such spots. A row is left out of its cluster only where it is less like it than like unrelated rows. The smallest cluster is one in a hundred rows, at least 5.
    /// </summary>
    /// <param name="records">The number of records in the window.</param>
    public TrainingParameters ResolveRecords(int records) =>
        (this with { MinClusterSize = MinClusterSize ?? Math.Max(FewestRecords, records / RowsPerCluster) }).Resolve(records) with { Damping = 0, MinCoherence = 0, Neighbors = Math.Max(Neighbors, RecordNeighbors) };

    private static int LayoutsOf(int incidents)
    {
        double ratio = SteadyIncidents / Math.Max(1, incidents);
        return Math.Clamp((int)(ratio * ratio) | 1, FewestLayouts, MostLayouts);
    }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require((int)Algorithm, 0, (int)ClusteringAlgorithm.Layers, "Training:Algorithm");
        SettingRange.Require(WindowMonths, 1, 1200, "Training:WindowMonths");
        SettingRange.Require(MinClusterSize, 2, double.PositiveInfinity, "Training:MinClusterSize");
        SettingRange.Require(MinSamples, 1, double.PositiveInfinity, "Training:MinSamples");
        SettingRange.Require(MinCoherence, -10, 10, "Training:MinCoherence");
        SettingRange.Require(Dimensions, 2, 1024, "Training:Dimensions");
        SettingRange.Require(Damping, 0, 1, "Training:Damping");
        SettingRange.Require(Neighbors, 2, 200, "Training:Neighbors");
        SettingRange.Require(LayoutDimensions, 2, 50, "Training:LayoutDimensions");
        SettingRange.Require(Layouts, 1, 100, "Training:Layouts");
        SettingRange.Require(MaxDegreeOfParallelism, 1, 1024, "Training:MaxDegreeOfParallelism");
    }
}
