namespace Pipeline.Clustering;

/// <summary>How the neighbours of a UMAP graph are searched.</summary>
public enum NeighborSearchMethod
{
    /// <summary>Exactly up to a size, approximately beyond: see <see cref="UmapOptions.NeighborSearch"/>.</summary>
    Auto = 0,

    /// <summary>All pairs are compared. O(n^2 d).</summary>
    Exact = 1,

    /// <summary>Points that have a neighbour in common are compared (NN-descent). About O(n log n d); a few of the true neighbours are missed.</summary>
    Approximate = 2,
}
