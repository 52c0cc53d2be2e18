using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The clusters of a window's incidents.</summary>
/// <param name="Labels">The cluster of each incident, 0 to the number of clusters - 1, or -1 for noise; equal texts have equal labels.</param>
/// <param name="Probabilities">How sure it is that each belongs to its cluster's problem, or to none, 0 to 1.</param>
/// <param name="Problems">The problem of each cluster, 0 to the number of problems - 1.</param>
/// <param name="Persistence">For each cluster, how far the layouts agree on its members, 0 to 1.</param>
/// <param name="Texts">Their different texts.</param>
/// <param name="Reduced">The reduced vector of each text, texts x <paramref name="ReducedDimensions"/>, row-major.</param>
/// <param name="ReducedDimensions">Values per reduced vector.</param>
/// <param name="Map">Each incident's place on the cluster map, n x 2.</param>
/// <param name="Coherence">How alike the members of each cluster are.</param>
/// <param name="Geometry">What prediction needs, with the labels as cluster ids.</param>
/// <param name="Dbcv">Density-based cluster validity of the first layout, -1 to 1.</param>
/// <param name="Stability">The mean adjusted Rand index between the clusters of any two layouts; 1 where there is only one.</param>
public sealed record ClusteredIncidents(
    int[] Labels, double[] Probabilities, int[] Problems, double[] Persistence, DistinctTexts Texts, float[] Reduced, int ReducedDimensions, float[] Map, ClusterCoherence Coherence, MemberGeometry Geometry, double Dbcv, double Stability)
{
    /// <summary>The reduced vector of an incident.</summary>
    /// <param name="row">The incident's place.</param>
    public ReadOnlySpan<float> ReducedOf(int row) => Reduced.AsSpan(Texts.TextOfRow[row] * ReducedDimensions, ReducedDimensions);
}
