namespace Pipeline.Training;

/// <summary>The result of training one tech center.</summary>
public sealed record TrainingOutcome
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>How it ended.</summary>
    public required TrainingStatus Status { get; init; }

    /// <summary>The published version's name; null where none was published.</summary>
    public string? Version { get; init; }

    /// <summary>Incidents in the window.</summary>
    public required int Incidents { get; init; }

    /// <summary>Clusters found.</summary>
    public int Clusters { get; init; }

    /// <summary>Incidents that belong to no cluster.</summary>
    public int Unclustered { get; init; }

    /// <summary>Domains found.</summary>
    public int Domains { get; init; }

    /// <summary>Wall-clock seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Density-based cluster validity of the published version, -1 to 1; null where none was published.</summary>
    public double? Quality { get; init; }

    /// <summary>Why nothing was published; null where a version was.</summary>
    public string? Detail { get; init; }
}
