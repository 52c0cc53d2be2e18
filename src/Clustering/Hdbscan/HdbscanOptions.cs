namespace Pipeline.Clustering;

/// <summary>The parameters of <see cref="Hdbscan"/>. Names and meanings are those of the reference implementation.</summary>
public sealed record HdbscanOptions
{
    // A smaller divisor could make distances infinite.
    private const double LeastAlpha = 1e-6;

    /// <summary>The smallest group of points that counts as a cluster. At least 2.</summary>
    public int MinClusterSize { get; init; } = 5;

    /// <summary>
    /// A point's core distance is the distance to its <c>MinSamples</c>-th nearest other point. At least 1;
    /// null means <see cref="MinClusterSize"/>. Values above the number of points less one are lowered to it.
    /// </summary>
    public int? MinSamples { get; init; }

    /// <summary>The distance between two points.</summary>
    public DistanceMetric Metric { get; init; } = DistanceMetric.Euclidean;

    /// <summary>How clusters are chosen from the condensed tree.</summary>
    public ClusterSelectionMethod SelectionMethod { get; init; } = ClusterSelectionMethod.ExcessOfMass;

    /// <summary>
    /// Clusters born below this distance are merged upwards into the first ancestor born above it
    /// (Malzer and Baum 2020), as far as <see cref="MaxClusterSize"/> lets them. Finite, at least 0; 0 turns it off.
    /// </summary>
    public double ClusterSelectionEpsilon { get; init; }

    /// <summary>
    /// Excess of mass passes over clusters born above this distance; the root counts as born at the largest distance of the tree.
    /// At least 0; infinity, the default, for no limit.
    /// </summary>
    public double ClusterSelectionEpsilonMax { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// No cluster is labelled on more points than this, copies counted. At least 1; null for no limit. Excess of mass passes over larger clusters for
    /// their sub-clusters, epsilon stops merging below them, and the points of a larger leaf are noise.
    /// </summary>
    /// <remarks>The bound holds for every method. The reference implementation keeps it only by excess of mass without epsilon.</remarks>
    public int? MaxClusterSize { get; init; }

    /// <summary>
    /// Whether the root of the tree, hence a single cluster, may be chosen: by excess of mass where it is the most stable, as the one leaf where the tree
    /// never splits, and by epsilon.
    /// </summary>
    public bool AllowSingleCluster { get; init; }

    /// <summary>Distances are divided by this in the mutual reachability distance (robust single linkage). Finite, at least 1e-6.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>
    /// Whether the choice among edges of exactly equal distances is that of the reference implementation wherever it can be had: for up to 2,000 points. Without it a kd-tree serves from 64 points on,
    /// which takes a sixth of the time for 1,300 points of 8 dimensions; only points at exactly equal distances may then be joined in another order.
    /// </summary>
    public bool ReferenceTies { get; init; } = true;

    /// <summary>
    /// How the neighbours are searched that the spanning tree is made of. Exact, the default: the tree is a minimum spanning tree of all pairs. Approximate: it is one of
    /// a graph of near neighbours by NN-descent (Dong, Moses, Li 2011), whose components are joined by their nearest pairs, found exactly (as in McInnes, Healy 2017);
    /// <see cref="HdbscanResult.Approximation"/> tells how near that comes. Auto searches exactly, whatever the number of points.
    /// </summary>
    /// <remarks>
    /// Approximate is worth it for many points in many dimensions. From 64 dimensions on it holds coordinates to 8 binary digits while it searches, so that groups smaller than a 500th
    /// of their distance from the middle of all points may get neighbours at random within the group. Distances in the result are exact ones in either case.
    /// </remarks>
    public NeighborSearchMethod NeighborSearch { get; init; } = NeighborSearchMethod.Exact;

    /// <summary>Fixes the result of an approximate search; an exact one does not depend on it.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The number of threads. At least 1; null for all processors. Has no influence on the result.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Throws where a parameter is out of its range.</summary>
    /// <exception cref="ArgumentException">A parameter is out of range; the message names it, its value and its range.</exception>
    public void Validate()
    {
        ParameterRange.Require(MinClusterSize >= 2, nameof(MinClusterSize), MinClusterSize, "2 or more");
        ParameterRange.Require(MinSamples is null or >= 1, nameof(MinSamples), MinSamples, "null or 1 or more");
        ParameterRange.Require(Enum.IsDefined(Metric), nameof(Metric), Metric, "a defined metric");
        ParameterRange.Require(Enum.IsDefined(SelectionMethod), nameof(SelectionMethod), SelectionMethod, "a defined method");
        ParameterRange.Require(double.IsFinite(ClusterSelectionEpsilon) && ClusterSelectionEpsilon >= 0, nameof(ClusterSelectionEpsilon), ClusterSelectionEpsilon, "finite and 0 or more");
        ParameterRange.Require(ClusterSelectionEpsilonMax >= 0, nameof(ClusterSelectionEpsilonMax), ClusterSelectionEpsilonMax, "0 or more, or infinity");
        ParameterRange.Require(MaxClusterSize is null or >= 1, nameof(MaxClusterSize), MaxClusterSize, "null or 1 or more");
        ParameterRange.Require(double.IsFinite(Alpha) && Alpha >= LeastAlpha, nameof(Alpha), Alpha, "finite and 1e-6 or more");
        ParameterRange.Require(Enum.IsDefined(NeighborSearch), nameof(NeighborSearch), NeighborSearch, "Auto, Exact or Approximate");
        ParameterRange.Require(MaxDegreeOfParallelism is null or >= 1, nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "null or 1 or more");
    }

    /// <summary>The number of threads to use.</summary>
    internal int Threads => MaxDegreeOfParallelism ?? Environment.ProcessorCount;
}

/// <summary>How flat clusters are chosen from the condensed tree.</summary>
public enum ClusterSelectionMethod
{
    /// <summary>Excess of mass: the set of disjoint clusters with the largest total stability (Campello, Moulavi, Sander 2013).</summary>
    ExcessOfMass,

    /// <summary>The leaves of the cluster tree: the finest clusters there are.</summary>
    Leaf,
}
