using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Products of twelve rows with one panel of <see cref="PanelKernel"/>, all sums kept in registers, and which rows have a product worth a look.
/// Each sum starts from a bias and runs over the coordinates in order with fused multiply-add, so its value does not depend on the vector width.
/// </summary>
internal static unsafe class TileKernel
{
    /// <summary>How many rows one tile takes.</summary>
    public const int Rows = 12;

    /// <summary>Multiplies.</summary>
    /// <param name="rows">depth x <see cref="Rows"/>: the rows, interleaved by coordinate.</param>
    /// <param name="panel">depth x <see cref="PanelKernel.Width"/>: the panel.</param>
    /// <param name="bias">Per point of the panel, what its sums start from.</param>
    /// <param name="depth">How many coordinates.</param>
    /// <param name="thresholds">Per row, what a product must exceed.</param>
    /// <param name="tile">Receives <see cref="Rows"/> x <see cref="PanelKernel.Width"/> sums.</param>
    /// <returns>A bit for each row with a sum above its threshold.</returns>
    public static uint Multiply(float* rows, float* panel, float* bias, int depth, float* thresholds, float* tile)
    {
        Debug.Assert(rows is not null && panel is not null && bias is not null && thresholds is not null && tile is not null && depth > 0, "A tile has rows, a panel and room for its sums.");
        if (WideVectors.AreUsed)
        {
            return Multiply512(rows, panel, bias, depth, thresholds, tile);
        }

        int half = Rows / 2;
        return MultiplyHalf(rows, panel, bias, depth, thresholds, tile)
            | (MultiplyHalf(rows + half, panel, bias, depth, thresholds + half, tile + (half * PanelKernel.Width)) << half);
    }

    /// <summary>A bit for each sum of one row above a threshold.</summary>
    public static uint Above(float* sums, float threshold)
    {
        uint bits = 0;
        if (WideVectors.AreUsed)
        {
            Vector512<float> limit = Vector512.Create(threshold);
            return (uint)Vector512.GreaterThan(Vector512.Load(sums), limit).ExtractMostSignificantBits()
                | ((uint)Vector512.GreaterThan(Vector512.Load(sums + 16), limit).ExtractMostSignificantBits() << 16);
        }

        for (int j = 0; j < PanelKernel.Width; j += Vector256<float>.Count)
        {
            bits |= Vector256.GreaterThan(Vector256.Load(sums + j), Vector256.Create(threshold)).ExtractMostSignificantBits() << j;
        }

        return bits;
    }

    /// <summary>A bit for each sum of one row that, started from the row's bias in place of the column's, exceeds the column's threshold.</summary>
    /// <param name="sums">The row's <see cref="PanelKernel.Width"/> sums.</param>
    /// <param name="bias">Per column, what its sums started from.</param>
    /// <param name="rowBias">The row's bias.</param>
    /// <param name="thresholds">Per column, its threshold.</param>
    /// <param name="turned">Receives the sums started from the row's bias.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AboveTurned(float* sums, float* bias, float rowBias, float* thresholds, float* turned)
    {
        if (WideVectors.AreUsed)
        {
            Vector512<float> start = Vector512.Create(rowBias);
            Vector512<float> low = Vector512.Load(sums) - Vector512.Load(bias) + start, high = Vector512.Load(sums + 16) - Vector512.Load(bias + 16) + start;
            low.Store(turned);
            high.Store(turned + 16);
            return (uint)Vector512.GreaterThan(low, Vector512.Load(thresholds)).ExtractMostSignificantBits()
                | ((uint)Vector512.GreaterThan(high, Vector512.Load(thresholds + 16)).ExtractMostSignificantBits() << 16);
        }

        uint bits = 0;
        for (int j = 0; j < PanelKernel.Width; j += Vector256<float>.Count)
        {
            Vector256<float> values = Vector256.Load(sums + j) - Vector256.Load(bias + j) + Vector256.Create(rowBias);
            values.Store(turned + j);
            bits |= Vector256.GreaterThan(values, Vector256.Load(thresholds + j)).ExtractMostSignificantBits() << j;
        }

        return bits;
    }

    /// <summary>The first six rows on the machine's ordinary vectors.</summary>
    internal static uint MultiplyHalf(float* rows, float* panel, float* bias, int depth, float* thresholds, float* tile)
    {
        int w = Vector<float>.Count;
        Vector<float> a0 = Vector.Load(bias), a1 = Vector.Load(bias + w);
        Vector<float> b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1, f0 = a0, f1 = a1;
        for (int t = 0; t < depth; t++, rows += Rows, panel += 2 * w)
        {
            Vector<float> p = Vector.Load(panel), q = Vector.Load(panel + w), x = Vector.Create(rows[0]);
            a0 = Vector.FusedMultiplyAdd(x, p, a0);
            a1 = Vector.FusedMultiplyAdd(x, q, a1);
            x = Vector.Create(rows[1]);
            b0 = Vector.FusedMultiplyAdd(x, p, b0);
            b1 = Vector.FusedMultiplyAdd(x, q, b1);
            x = Vector.Create(rows[2]);
            c0 = Vector.FusedMultiplyAdd(x, p, c0);
            c1 = Vector.FusedMultiplyAdd(x, q, c1);
            x = Vector.Create(rows[3]);
            d0 = Vector.FusedMultiplyAdd(x, p, d0);
            d1 = Vector.FusedMultiplyAdd(x, q, d1);
            x = Vector.Create(rows[4]);
            e0 = Vector.FusedMultiplyAdd(x, p, e0);
            e1 = Vector.FusedMultiplyAdd(x, q, e1);
            x = Vector.Create(rows[5]);
            f0 = Vector.FusedMultiplyAdd(x, p, f0);
            f1 = Vector.FusedMultiplyAdd(x, q, f1);
        }

        int width = 2 * w;
        return Put(a0, a1, thresholds[0], tile)
            | (Put(b0, b1, thresholds[1], tile + width) << 1)
            | (Put(c0, c1, thresholds[2], tile + (2 * width)) << 2)
            | (Put(d0, d1, thresholds[3], tile + (3 * width)) << 3)
            | (Put(e0, e1, thresholds[4], tile + (4 * width)) << 4)
            | (Put(f0, f1, thresholds[5], tile + (5 * width)) << 5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Put(Vector<float> low, Vector<float> high, float threshold, float* tile)
    {
        low.Store(tile);
        high.Store(tile + Vector<float>.Count);
        return Vector.GreaterThanAny(Vector.Max(low, high), Vector.Create(threshold)) ? 1u : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static uint Multiply512(float* rows, float* panel, float* bias, int depth, float* thresholds, float* tile)
    {
        const int W = 16;
        Vector512<float> a0 = Vector512.Load(bias), a1 = Vector512.Load(bias + W);
        Vector512<float> b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1, f0 = a0, f1 = a1;
        Vector512<float> g0 = a0, g1 = a1, h0 = a0, h1 = a1, i0 = a0, i1 = a1, j0 = a0, j1 = a1, k0 = a0, k1 = a1, l0 = a0, l1 = a1;
        for (int t = 0; t < depth; t++, rows += Rows, panel += 2 * W)
        {
            Vector512<float> p = Vector512.Load(panel), q = Vector512.Load(panel + W), x = Vector512.Create(rows[0]);
            a0 = Vector512.FusedMultiplyAdd(x, p, a0);
            a1 = Vector512.FusedMultiplyAdd(x, q, a1);
            x = Vector512.Create(rows[1]);
            b0 = Vector512.FusedMultiplyAdd(x, p, b0);
            b1 = Vector512.FusedMultiplyAdd(x, q, b1);
            x = Vector512.Create(rows[2]);
            c0 = Vector512.FusedMultiplyAdd(x, p, c0);
            c1 = Vector512.FusedMultiplyAdd(x, q, c1);
            x = Vector512.Create(rows[3]);
            d0 = Vector512.FusedMultiplyAdd(x, p, d0);
            d1 = Vector512.FusedMultiplyAdd(x, q, d1);
            x = Vector512.Create(rows[4]);
            e0 = Vector512.FusedMultiplyAdd(x, p, e0);
            e1 = Vector512.FusedMultiplyAdd(x, q, e1);
            x = Vector512.Create(rows[5]);
            f0 = Vector512.FusedMultiplyAdd(x, p, f0);
            f1 = Vector512.FusedMultiplyAdd(x, q, f1);
            x = Vector512.Create(rows[6]);
            g0 = Vector512.FusedMultiplyAdd(x, p, g0);
            g1 = Vector512.FusedMultiplyAdd(x, q, g1);
            x = Vector512.Create(rows[7]);
            h0 = Vector512.FusedMultiplyAdd(x, p, h0);
            h1 = Vector512.FusedMultiplyAdd(x, q, h1);
            x = Vector512.Create(rows[8]);
            i0 = Vector512.FusedMultiplyAdd(x, p, i0);
            i1 = Vector512.FusedMultiplyAdd(x, q, i1);
            x = Vector512.Create(rows[9]);
            j0 = Vector512.FusedMultiplyAdd(x, p, j0);
            j1 = Vector512.FusedMultiplyAdd(x, q, j1);
            x = Vector512.Create(rows[10]);
            k0 = Vector512.FusedMultiplyAdd(x, p, k0);
            k1 = Vector512.FusedMultiplyAdd(x, q, k1);
            x = Vector512.Create(rows[11]);
            l0 = Vector512.FusedMultiplyAdd(x, p, l0);
            l1 = Vector512.FusedMultiplyAdd(x, q, l1);
        }

        return Put(a0, a1, thresholds[0], tile)
            | (Put(b0, b1, thresholds[1], tile + (2 * W)) << 1)
            | (Put(c0, c1, thresholds[2], tile + (4 * W)) << 2)
            | (Put(d0, d1, thresholds[3], tile + (6 * W)) << 3)
            | (Put(e0, e1, thresholds[4], tile + (8 * W)) << 4)
            | (Put(f0, f1, thresholds[5], tile + (10 * W)) << 5)
            | (Put(g0, g1, thresholds[6], tile + (12 * W)) << 6)
            | (Put(h0, h1, thresholds[7], tile + (14 * W)) << 7)
            | (Put(i0, i1, thresholds[8], tile + (16 * W)) << 8)
            | (Put(j0, j1, thresholds[9], tile + (18 * W)) << 9)
            | (Put(k0, k1, thresholds[10], tile + (20 * W)) << 10)
            | (Put(l0, l1, thresholds[11], tile + (22 * W)) << 11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Put(Vector512<float> low, Vector512<float> high, float threshold, float* tile)
    {
        low.Store(tile);
        high.Store(tile + 16);
        return Vector512.GreaterThanAny(Vector512.Max(low, high), Vector512.Create(threshold)) ? 1u : 0;
    }
}
