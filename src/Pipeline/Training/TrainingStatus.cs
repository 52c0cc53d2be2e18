namespace Pipeline.Training;

/// <summary>How the training of one tech center ended.</summary>
public enum TrainingStatus
{
    /// <summary>A new model version was published.</summary>
    Published,

    /// <summary>The window holds too few incidents to cluster; the version before stays.</summary>
    TooFewIncidents,

    /// <summary>Every incident is noise; the version before stays.</summary>
    NoClusters,

    /// <summary>The training failed; the version before stays.</summary>
    Failed,
}
