using System.Diagnostics;

namespace Pipeline.Clustering;

/// <summary>Dense single-precision matrix products with the same result for any number of threads.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Sums over the depth run in blocks of so many: products of parts of the depth, each of whole blocks, add up to the product of all of it to the last bit.</summary>
    public const int DepthBlock = 512;

    private const int RowBlock = 96;

    /// <summary>C = A B, where A and B may be read transposed through their strides.</summary>
    /// <remarks>
    /// Time O(rows x depth x columns), memory O(depth x columns) for the packed B. The sum over the depth runs in blocks of
    /// 512 that are added in order, which keeps the rounding error of long sums small.
    /// </remarks>
    /// <param name="a">A: element (i, t) is at i x <paramref name="aRow"/> + t x <paramref name="aDepth"/>.</param>
    /// <param name="aRow">Elements from one row of A to the next.</param>
    /// <param name="aDepth">Elements from one column of A to the next.</param>
    /// <param name="b">B: element (t, j) is at t x <paramref name="bDepth"/> + j x <paramref name="bColumn"/>.</param>
    /// <param name="bDepth">Elements from one row of B to the next.</param>
    /// <param name="bColumn">Elements from one column of B to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="options">Threads and cancellation.</param>
    /// <returns>C, row-major.</returns>
    public static float[] Multiply(ReadOnlyMemory<float> a, int aRow, int aDepth, ReadOnlyMemory<float> b, int bDepth, int bColumn, int rows, int depth, int columns, ParallelOptions options)
    {
        float[] c = new float[rows * columns];
        Add(c, a, aRow, aDepth, b, bDepth, bColumn, rows, depth, columns, options);
        return c;
    }

    /// <summary>C += A B; as <see cref="Multiply"/>.</summary>
    /// <param name="c">C, row-major.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">Elements from one row of A to the next.</param>
    /// <param name="aDepth">Elements from one column of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="bDepth">Elements from one row of B to the next.</param>
    /// <param name="bColumn">Elements from one column of B to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="options">Threads and cancellation.</param>
    public static void Add(float[] c, ReadOnlyMemory<float> a, int aRow, int aDepth, ReadOnlyMemory<float> b, int bDepth, int bColumn, int rows, int depth, int columns, ParallelOptions options)
    {
        Debug.Assert(c.Length == rows * columns, "C has all elements.");
        Debug.Assert(rows == 0 || depth == 0 || ((rows - 1L) * aRow) + ((depth - 1L) * aDepth) < a.Length, "A has all rows.");
        Debug.Assert(columns == 0 || depth == 0 || ((columns - 1L) * bColumn) + ((depth - 1L) * bDepth) < b.Length, "B has all columns.");
        int panels = PanelKernel.PanelCount(columns), width = PanelKernel.Width;
        float[] packed = new float[panels * depth * width];
        ParallelBlocks.Run(panels, options, p => PanelKernel.Pack(b.Span, bColumn, bDepth, p * width, columns, depth, packed.AsSpan(p * depth * width, depth * width)));
        ParallelBlocks.RunRows(rows, RowBlock, options, (first, end) =>
        {
            float* tile = stackalloc float[PanelKernel.Rows * PanelKernel.MaxWidth];
            fixed (float* rowsOfA = a.Span, panelsOfB = packed)
            {
                for (int t = 0; t < depth; t += DepthBlock)
                {
                    int take = Math.Min(DepthBlock, depth - t);
                    for (int p = 0; p < panels; p++)
                    {
                        float* panel = panelsOfB + ((((nint)p * depth) + t) * width);
                        for (int i = first; i < end; i += PanelKernel.Rows)
                        {
                            int count = Math.Min(PanelKernel.Rows, end - i);
                            new Span<float>(tile, PanelKernel.Rows * width).Clear();
                            PanelKernel.Accumulate(rowsOfA + ((nint)i * aRow) + ((nint)t * aDepth), count, aRow, aDepth, panel, take, tile);
                            AddTile(tile, count, c, i, p * width, columns);
                        }
                    }
                }
            }
        });
    }

    private static void AddTile(float* tile, int rows, float[] c, int firstRow, int firstColumn, int columns)
    {
        int count = Math.Min(PanelKernel.Width, columns - firstColumn);
        for (int r = 0; r < rows; r++)
        {
            Span<float> target = c.AsSpan(((firstRow + r) * columns) + firstColumn, count);
            for (int j = 0; j < count; j++)
                target[j] += tile[(r * PanelKernel.Width) + j];
        }
    }
}
