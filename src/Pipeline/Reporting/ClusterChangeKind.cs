namespace Pipeline.Reporting;

/// <summary>What happened to a cluster between two model versions.</summary>
public enum ClusterChangeKind
{
    /// <summary>It is still the same problem.</summary>
    Kept,

    /// <summary>No cluster of the version before holds its incidents.</summary>
    New,

    /// <summary>It was part of a larger cluster.</summary>
    Split,

    /// <summary>It unites clusters that were apart.</summary>
    Merged,

    /// <summary>It is in the version before, but no more.</summary>
    Gone,
}
