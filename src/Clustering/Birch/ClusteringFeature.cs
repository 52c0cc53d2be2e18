namespace Pipeline.Clustering;

/// <summary>
/// The summary of a set of points: weight, mean and sum of squared deviations from the mean (Lang, Schubert 2020), in place of the
/// paper's linear and squared sums, whose difference cancels.
/// </summary>
/// <param name="dimensions">d.</param>
internal sealed class ClusteringFeature(int dimensions)
{
    /// <summary>The sum of the weights of the points; above 0.</summary>
    public double Weight { get; set; }

    /// <summary>d numbers.</summary>
    public double[] Mean { get; } = new double[dimensions];

    /// <summary>The weighted sum of squared distances from the mean.</summary>
    public double Deviation { get; set; }

    /// <summary>The latest time of a point.</summary>
    public double Updated { get; set; }

    /// <summary>What a subcluster is known by; -1 in inner nodes.</summary>
    public long Id { get; set; } = -1;
}
