using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Products of one row with panels of <see cref="PanelKernel"/>: for a row that comes alone, where <see cref="TileKernel"/> would multiply twelve.</summary>
internal static unsafe class RowKernel
{
    /// <summary>How many panels one call takes: enough independent sums to keep the multipliers busy.</summary>
    public const int Panels = 4;

    /// <summary>Multiplies. Each sum starts from its bias and runs over the coordinates in order with fused multiply-add, to the same bits as in <see cref="TileKernel"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="panels">The first panel; the others follow.</param>
    /// <param name="bias">Per point, what its sum starts from.</param>
    /// <param name="depth">How many coordinates.</param>
    /// <param name="count">How many panels are there, 1 to <see cref="Panels"/>.</param>
    /// <param name="sums">Receives count x <see cref="PanelKernel.Width"/> sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* row, float* panels, float* bias, int depth, int count, float* sums)
    {
        const int W = 16;
        if (!Vector512.IsHardwareAccelerated || count < Panels)
        {
            for (int p = 0; p < count; p++)
                MultiplyOne(row, panels + ((nint)p * depth * PanelKernel.Width), bias + (p * PanelKernel.Width), depth, sums + (p * PanelKernel.Width));
            return;
        }

        nint size = (nint)depth * 2 * W;
        float* second = panels + size, third = second + size, fourth = third + size;
        Vector512<float> a0 = Vector512.Load(bias), a1 = Vector512.Load(bias + W), b0 = Vector512.Load(bias + (2 * W)), b1 = Vector512.Load(bias + (3 * W));
        Vector512<float> c0 = Vector512.Load(bias + (4 * W)), c1 = Vector512.Load(bias + (5 * W)), d0 = Vector512.Load(bias + (6 * W)), d1 = Vector512.Load(bias + (7 * W));
        nint at = 0;
        for (int t = 0; t < depth; t++, at += 2 * W)
        {
            Vector512<float> x = Vector512.Create(row[t]);
            a0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(panels + at), a0);
            a1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(panels + at + W), a1);
            b0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(second + at), b0);
            b1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(second + at + W), b1);
            c0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(third + at), c0);
            c1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(third + at + W), c1);
            d0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(fourth + at), d0);
            d1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(fourth + at + W), d1);
        }

        a0.Store(sums);
        a1.Store(sums + W);
        b0.Store(sums + (2 * W));
        b1.Store(sums + (3 * W));
        c0.Store(sums + (4 * W));
        c1.Store(sums + (5 * W));
        d0.Store(sums + (6 * W));
        d1.Store(sums + (7 * W));
    }

    /// <summary>One panel, on vectors of 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyOne(float* row, float* panel, float* bias, int depth, float* sums)
    {
        int width = PanelKernel.Width, step = Vector256<float>.Count;
        for (int j = 0; j < width; j += step)
        {
            Vector256<float> sum = Vector256.Load(bias + j);
            for (int t = 0; t < depth; t++)
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(row[t]), Vector256.Load(panel + ((nint)t * width) + j), sum);
            sum.Store(sums + j);
        }
    }
}
