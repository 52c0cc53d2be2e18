using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// The inner loop of the matrix product, six rows against one panel of points with all sums kept in registers; and the shape of panels, which the
/// searches among points share (<see cref="TileKernel"/>).
/// </summary>
/// <remarks>
/// A panel holds <see cref="Width"/> points interleaved by coordinate. Each sum runs over the coordinates in order, so its value does not
/// depend on the vector width, on the tile it falls into or on the number of threads.
/// </remarks>
internal static unsafe class PanelKernel
{
    /// <summary>How many rows one tile takes.</summary>
    public const int Rows = 6;

    /// <summary>The largest <see cref="Width"/> on any machine.</summary>
    public const int MaxWidth = 32;

    /// <summary>How many points one panel interleaves.</summary>
    public static int Width { get; } = 2 * (WideVectors.AreUsed ? Vector512<float>.Count : Vector<float>.Count);

    /// <summary>How many panels <paramref name="count"/> points fill.</summary>
    public static int PanelCount(int count) => (count + Width - 1) / Width;

    /// <summary>
    /// Interleaves points <paramref name="first"/> and following of a matrix as one panel of depth x <see cref="Width"/>; points past the end are zero.
    /// </summary>
    /// <param name="source">The matrix.</param>
    /// <param name="pointStride">Elements from one point to the next.</param>
    /// <param name="depthStride">Elements from one coordinate to the next.</param>
    /// <param name="first">The first point of the panel.</param>
    /// <param name="count">How many points the matrix has.</param>
    /// <param name="depth">How many coordinates to take.</param>
    /// <param name="panel">Receives depth x <see cref="Width"/> values.</param>
    public static void Pack(ReadOnlySpan<float> source, int pointStride, int depthStride, int first, int count, int depth, Span<float> panel)
    {
        Debug.Assert(first >= 0 && first < count && panel.Length >= depth * Width, "A panel holds a point and has room for all its coordinates.");
        int filled = Math.Min(Width, count - first);
        for (int t = 0; t < depth; t++)
        {
            Span<float> line = panel.Slice(t * Width, Width);
            int at = (first * pointStride) + (t * depthStride);
            for (int j = 0; j < filled; j++)
                line[j] = source[at + (j * pointStride)];
            line[filled..].Clear();
        }
    }

    /// <summary>Adds the products of up to six rows with the panel to the tile (<see cref="Rows"/> x <see cref="Width"/>).</summary>
    /// <param name="a">The first row.</param>
    /// <param name="rows">How many rows are there, 1 to 6; the tile's other rows receive copies of the last.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="depthStride">Elements from one coordinate to the next.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="depth">How many coordinates.</param>
    /// <param name="tile">The sums so far; receives the new ones.</param>
    public static void Accumulate(float* a, int rows, nint rowStride, nint depthStride, float* panel, int depth, float* tile)
    {
        Debug.Assert(rows is >= 1 and <= Rows && depth >= 0, "A tile has one to six rows.");
        int last = rows - 1;
        float* a1 = a + (Math.Min(1, last) * rowStride);
        float* a2 = a + (Math.Min(2, last) * rowStride);
        float* a3 = a + (Math.Min(3, last) * rowStride);
        float* a4 = a + (Math.Min(4, last) * rowStride);
        float* a5 = a + (Math.Min(5, last) * rowStride);
        if (WideVectors.AreUsed)
            Accumulate512(a, a1, a2, a3, a4, a5, depthStride, panel, depth, tile);
        else
            AccumulatePortable(a, a1, a2, a3, a4, a5, depthStride, panel, depth, tile);
    }

    /// <summary>The kernel on the machine's ordinary vectors.</summary>
    internal static void AccumulatePortable(float* a0, float* a1, float* a2, float* a3, float* a4, float* a5, nint stride, float* panel, int depth, float* tile)
    {
        int w = Vector<float>.Count;
        float* t0 = tile, t1 = t0 + (2 * w), t2 = t1 + (2 * w), t3 = t2 + (2 * w), t4 = t3 + (2 * w), t5 = t4 + (2 * w);
        Vector<float> c00 = Vector.Load(t0), c01 = Vector.Load(t0 + w), c10 = Vector.Load(t1), c11 = Vector.Load(t1 + w);
        Vector<float> c20 = Vector.Load(t2), c21 = Vector.Load(t2 + w), c30 = Vector.Load(t3), c31 = Vector.Load(t3 + w);
        Vector<float> c40 = Vector.Load(t4), c41 = Vector.Load(t4 + w), c50 = Vector.Load(t5), c51 = Vector.Load(t5 + w);
        nint at = 0;
        for (int t = 0; t < depth; t++, at += stride, panel += 2 * w)
        {
            Vector<float> b0 = Vector.Load(panel), b1 = Vector.Load(panel + w);
            Vector<float> x = Vector.Create(a0[at]);
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            x = Vector.Create(a1[at]);
            c10 = Vector.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            x = Vector.Create(a2[at]);
            c20 = Vector.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            x = Vector.Create(a3[at]);
            c30 = Vector.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector.FusedMultiplyAdd(x, b1, c31);
            x = Vector.Create(a4[at]);
            c40 = Vector.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector.FusedMultiplyAdd(x, b1, c41);
            x = Vector.Create(a5[at]);
            c50 = Vector.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector.FusedMultiplyAdd(x, b1, c51);
        }

        c00.Store(t0);
        c01.Store(t0 + w);
        c10.Store(t1);
        c11.Store(t1 + w);
        c20.Store(t2);
        c21.Store(t2 + w);
        c30.Store(t3);
        c31.Store(t3 + w);
        c40.Store(t4);
        c41.Store(t4 + w);
        c50.Store(t5);
        c51.Store(t5 + w);
    }

    internal static void Accumulate512(float* a0, float* a1, float* a2, float* a3, float* a4, float* a5, nint stride, float* panel, int depth, float* tile)
    {
        const int W = 16;
        Vector512<float> c00 = Vector512.Load(tile), c01 = Vector512.Load(tile + W), c10 = Vector512.Load(tile + (2 * W)), c11 = Vector512.Load(tile + (3 * W));
        Vector512<float> c20 = Vector512.Load(tile + (4 * W)), c21 = Vector512.Load(tile + (5 * W)), c30 = Vector512.Load(tile + (6 * W)), c31 = Vector512.Load(tile + (7 * W));
        Vector512<float> c40 = Vector512.Load(tile + (8 * W)), c41 = Vector512.Load(tile + (9 * W)), c50 = Vector512.Load(tile + (10 * W)), c51 = Vector512.Load(tile + (11 * W));
        nint at = 0;
        for (int t = 0; t < depth; t++, at += stride, panel += 2 * W)
        {
            Vector512<float> b0 = Vector512.Load(panel), b1 = Vector512.Load(panel + W);
            Vector512<float> x = Vector512.Create(a0[at]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(a1[at]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(a2[at]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(a3[at]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
            x = Vector512.Create(a4[at]);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
            x = Vector512.Create(a5[at]);
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
        }

        c00.Store(tile);
        c01.Store(tile + W);
        c10.Store(tile + (2 * W));
        c11.Store(tile + (3 * W));
        c20.Store(tile + (4 * W));
        c21.Store(tile + (5 * W));
        c30.Store(tile + (6 * W));
        c31.Store(tile + (7 * W));
        c40.Store(tile + (8 * W));
        c41.Store(tile + (9 * W));
        c50.Store(tile + (10 * W));
        c51.Store(tile + (11 * W));
    }
}
