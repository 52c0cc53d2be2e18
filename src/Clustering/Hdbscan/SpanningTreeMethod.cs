namespace Pipeline.Clustering;

/// <summary>How the minimum spanning tree is found. Every way is exact.</summary>
internal enum SpanningTreeMethod
{
    /// <summary>A kd-tree for many points in few dimensions, panels for many points in many, else all pairs.</summary>
    Auto,

    /// <summary>Prim's algorithm on all pairs.</summary>
    AllPairs,

    /// <summary>Boruvka's algorithm over a kd-tree.</summary>
    Tree,

    /// <summary>Neighbour lists and a search between components, both by blocked single-precision products that double precision checks.</summary>
    Panels,
}
