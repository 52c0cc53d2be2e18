namespace Pipeline.Clustering;

/// <summary>
/// The weighted neighbourhood graph of a set of points (the fuzzy simplicial set of McInnes, Healy, Melville 2018), from which layouts of any
/// number of dimensions can be made. Symmetric, in compressed sparse rows.
/// </summary>
public sealed record UmapGraph
{
    /// <summary>Makes a graph of its arrays, which are not copied.</summary>
    /// <param name="rowOffsets">n + 1 offsets into the two following arrays.</param>
    /// <param name="columns">The neighbours of every point, ascending.</param>
    /// <param name="weights">The membership of every edge, above 0 and up to 1.</param>
    /// <param name="anchors">n x <paramref name="anchorDimensions"/>, row-major: where the points lie roughly, from which a layout starts.</param>
    /// <param name="anchorDimensions">Values per anchor, 0 or more.</param>
    /// <exception cref="ArgumentException">The arrays' lengths do not agree.</exception>
    public UmapGraph(int[] rowOffsets, int[] columns, float[] weights, float[] anchors, int anchorDimensions)
    {
        ArgumentNullException.ThrowIfNull(rowOffsets);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(anchors);
        if (rowOffsets.Length == 0 || rowOffsets[^1] != columns.Length || columns.Length != weights.Length)
            throw new ArgumentException("The row offsets end at the number of columns, and there is a weight for each column.", nameof(rowOffsets));
        if (anchors.Length != anchorDimensions * (rowOffsets.Length - 1))
            throw new ArgumentException($"The anchors have {anchors.Length} values; {rowOffsets.Length - 1} points of {anchorDimensions} dimensions need {anchorDimensions * (rowOffsets.Length - 1)}.", nameof(anchors));
        RowOffsets = rowOffsets;
        Columns = columns;
        Weights = weights;
        Anchors = anchors;
        AnchorDimensions = anchorDimensions;
    }

    /// <summary>The number of points, n.</summary>
    public int Count => RowOffsets.Length - 1;

    /// <summary>n + 1 offsets into <see cref="Columns"/> and <see cref="Weights"/>.</summary>
    public int[] RowOffsets { get; }

    /// <summary>The neighbours of every point, ascending.</summary>
    public int[] Columns { get; }

    /// <summary>The membership of every edge, above 0 and up to 1.</summary>
    public float[] Weights { get; }

    /// <summary>n x <see cref="AnchorDimensions"/>, row-major: the points' leading principal coordinates, from which a layout starts.</summary>
    public float[] Anchors { get; }

    /// <summary>Values per anchor.</summary>
    public int AnchorDimensions { get; }
}
