namespace Pipeline.Clustering;

/// <summary>The least edges found between components of a forest. Edges have a total order: by weight, then by their ends. Safe for use by many threads.</summary>
internal interface IComponentEdges
{
    /// <summary>A weight above which an edge between two components is of no use; it only ever falls.</summary>
    double Limit(int a, int b);

    /// <summary>Takes an edge between two components in if it is less than what is known.</summary>
    void Offer(int a, int b, in WeightedEdge edge);
}
