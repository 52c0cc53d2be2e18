using Pipeline.Reporting;

namespace Pipeline.Clusters;

/// <summary>A problem cluster in a list.</summary>
public sealed record ClusterSummary
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The cluster's id, stable across versions.</summary>
    public required int Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Label { get; init; }

    /// <summary>The id of its domain.</summary>
    public required int DomainId { get; init; }

    /// <summary>The name of its domain.</summary>
    public required string DomainName { get; init; }

    /// <summary>Incidents assigned to it.</summary>
    public required int Size { get; init; }

    /// <summary>How its weekly counts develop.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>The first incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? LastSeen { get; init; }
}
