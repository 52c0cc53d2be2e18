namespace Pipeline.Reporting;

/// <summary>How a problem's weekly counts develop.</summary>
public enum ClusterTrend
{
    /// <summary>There are no dates, or too few incidents, to tell.</summary>
    Unknown,

    /// <summary>First seen in the newest eighth of the period.</summary>
    New,

    /// <summary>Clearly more incidents lately than before.</summary>
    Rising,

    /// <summary>About as many as before.</summary>
    Steady,

    /// <summary>Clearly fewer incidents lately than before.</summary>
    Falling,

    /// <summary>No incident in the newest eighth of the period.</summary>
    Gone,
}
