namespace Pipeline.Clustering;

/// <summary>How far apart two points are.</summary>
public enum DistanceMetric
{
    /// <summary>The length of the straight line between them.</summary>
    Euclidean,

    /// <summary>One minus the cosine of the angle between them.</summary>
    Cosine,
}
