namespace Pipeline.Clustering;

/// <summary>How the minimum spanning tree is found. Both ways are exact.</summary>
internal enum SpanningTreeMethod
{
    /// <summary>A kd-tree for many points in few dimensions, else all pairs.</summary>
    Auto,

    /// <summary>Prim's algorithm on all pairs.</summary>
    AllPairs,

    /// <summary>Boruvka's algorithm over a kd-tree.</summary>
    Tree,
}
