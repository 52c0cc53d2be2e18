namespace Pipeline.Clustering;

/// <summary>How the neighbours of a graph are searched.</summary>
public enum NeighborSearchMethod
{
    /// <summary>For UMAP exactly up to a size and approximately beyond, see <see cref="UmapOptions.NeighborSearch"/>; for HDBSCAN always exactly.</summary>
    Auto = 0,

    /// <summary>All pairs are compared, or all that a search tree does not exclude. O(n^2 d).</summary>
    Exact = 1,

    /// <summary>Points that have a neighbour in common are compared (NN-descent). About O(n log n d); a few of the true neighbours are missed.</summary>
    Approximate = 2,
}
