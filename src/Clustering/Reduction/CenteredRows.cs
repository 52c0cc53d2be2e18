namespace Pipeline.Clustering;

/// <summary>Rows of a matrix less their mean, made a block at a time, so that the matrix lies in memory once.</summary>
internal sealed class CenteredRows
{
    // 50 MB at 1,536 dimensions. Whole blocks of the product's depth, so that sums over the blocks are those over all rows.
    private const int BlockRows = 16 * MatrixProduct.DepthBlock;

    private readonly ReadOnlyMemory<float> _points;
    private readonly ReadOnlyMemory<int>? _rows;
    private readonly float[] _block;
    private int _held = -1;

    /// <summary>Takes all rows of a matrix, or some.</summary>
    /// <param name="points">The matrix, row-major.</param>
    /// <param name="dimensions">Values per row.</param>
    /// <param name="rows">The rows, in this order; null for all.</param>
    public CenteredRows(ReadOnlyMemory<float> points, int dimensions, ReadOnlyMemory<int>? rows)
    {
        (_points, _rows, Dimensions) = (points, rows, dimensions);
        Count = rows?.Length ?? (points.Length / dimensions);
        Mean = MatrixRows.Mean(points.Span, dimensions, rows);
        _block = new float[Math.Min(Count, BlockRows) * dimensions];
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>Values per row.</summary>
    public int Dimensions { get; }

    /// <summary>The mean of the rows.</summary>
    public float[] Mean { get; }

    /// <summary>Hands out the rows in their order, block by block.</summary>
    /// <param name="use">Gets a block, row-major, and its number of rows. The block is overwritten by the next.</param>
    public void ForEachBlock(Action<ReadOnlyMemory<float>, int> use)
    {
        for (int first = 0; first < Count; first += BlockRows)
        {
            int take = Math.Min(BlockRows, Count - first);
            Memory<float> block = _block.AsMemory(0, take * Dimensions);
            if (_held != first)
            {
                _held = first;
                for (int i = 0; i < take; i++)
                    _points.Span.Slice((_rows is null ? first + i : _rows.Value.Span[first + i]) * Dimensions, Dimensions).CopyTo(block.Span[(i * Dimensions)..]);
                MatrixRows.Center(block.Span, Mean);
            }

            use(block, take);
        }
    }
}
