namespace Pipeline.Clusters;

/// <summary>The order of listed clusters. Ties are in the order of tech center and id.</summary>
public enum ClusterSort
{
    /// <summary>The largest first.</summary>
    Size,

    /// <summary>By name.</summary>
    Label,

    /// <summary>New problems first, then rising, steady, falling and gone ones.</summary>
    Trend,

    /// <summary>The most recent incident first.</summary>
    LastSeen,
}
