namespace Pipeline.Clustering;

/// <summary>What <see cref="Dbscan.Fit"/> found. n is the number of points, k of clusters.</summary>
public sealed record DbscanResult
{
    /// <summary>n: the cluster of each point, numbered from 0 by the first point in it; -1 for noise.</summary>
    public required int[] Labels { get; init; }

    /// <summary>n: whether the point is a core point. One may still be noise, where its cluster is below <see cref="DbscanOptions.MinClusterSize"/>.</summary>
    public required bool[] IsCore { get; init; }

    /// <summary>n: the radius around each point, in the metric's unit.</summary>
    public required double[] Epsilons { get; init; }

    /// <summary>k: the median radius around the core points of each cluster.</summary>
    public required double[] ClusterEpsilons { get; init; }

    /// <summary>
    /// k: how well each cluster stays when all radii are narrowed and widened by <see cref="DbscanOptions.StabilityRange"/>: the share of points in common
    /// with the most similar cluster then (of the points in either, Jaccard), the mean of both. 1 for a cluster that stays as it is; near 0 for one that
    /// falls apart, vanishes or is swallowed. Empty where the range is 0.
    /// </summary>
    public required double[] Stability { get; init; }

    /// <summary>k, the number of clusters.</summary>
    public int ClusterCount => ClusterEpsilons.Length;

    /// <summary>The share of the points that are noise, 0 to 1.</summary>
    public double NoiseShare => Labels.Length == 0 ? 0 : (double)Labels.Count(label => label < 0) / Labels.Length;

    /// <summary>The parameters of the fit.</summary>
    public required DbscanOptions Options { get; init; }
}
