namespace Pipeline.Clustering;

/// <summary>The mutual reachability distance (Campello, Moulavi, Sander 2013): max(core(a), core(b), d(a, b) / alpha).</summary>
/// <param name="Points">The points.</param>
/// <param name="CoreDistances">Per point, its core distance.</param>
/// <param name="Alpha">The divisor of distances, above 0.</param>
internal sealed record MutualReachability(PointSet Points, double[] CoreDistances, double Alpha)
{
    /// <summary>The mutual reachability distance of two points. O(d).</summary>
    public double Between(int a, int b) => Between(CoreDistances[a], CoreDistances[b], Points.Distance(a, b));

    /// <summary>The same from core distances and distance.</summary>
    public double Between(double coreA, double coreB, double distance) => Math.Max(Math.Max(coreA, coreB), distance / Alpha);
}
