using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Squared distances of one row to centroids that are interleaved in blocks of <see cref="Lanes"/>. Each sum runs over the coordinates in
/// order with fused multiply-add, so its bits depend on the two rows alone.
/// </summary>
internal static class CentroidScan
{
    /// <summary>How many centroids a block interleaves.</summary>
    public const int Lanes = 8;

    /// <summary>Measures. O(blocks d).</summary>
    /// <param name="blocks">The blocks, each of d x <see cref="Lanes"/> numbers.</param>
    /// <param name="row">d numbers.</param>
    /// <param name="squares">Receives the squared distances, <see cref="Lanes"/> per block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Squares(ReadOnlySpan<double[]> blocks, ReadOnlySpan<double> row, Span<double> squares)
    {
        Debug.Assert(squares.Length >= blocks.Length * Lanes, "There is room for every centroid.");
        ref double into = ref MemoryMarshal.GetReference(squares[..(blocks.Length * Lanes)]);
        int block = 0;
        for (; block + 4 <= blocks.Length; block += 4)
        {
            Four(ref First(blocks, block, row), ref First(blocks, block + 1, row), ref First(blocks, block + 2, row), ref First(blocks, block + 3, row), row, ref Unsafe.Add(ref into, block * Lanes));
        }

        for (; block + 2 <= blocks.Length; block += 2)
        {
            Two(ref First(blocks, block, row), ref First(blocks, block + 1, row), row, ref Unsafe.Add(ref into, block * Lanes));
        }

        if (block < blocks.Length)
        {
            One(ref First(blocks, block, row), row, ref Unsafe.Add(ref into, block * Lanes));
        }
    }

    private static ref double First(ReadOnlySpan<double[]> blocks, int block, ReadOnlySpan<double> row) =>
        ref MemoryMarshal.GetReference(blocks[block].AsSpan(0, row.Length * Lanes));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(ref double a, ref double b, ref double c, ref double e, ReadOnlySpan<double> row, ref double into)
    {
        Vector512<double> sumA = default, sumB = default, sumC = default, sumE = default;
        nuint at = 0;
        foreach (double value in row)
        {
            Vector512<double> x = Vector512.Create(value);
            Vector512<double> da = Vector512.LoadUnsafe(ref a, at) - x, db = Vector512.LoadUnsafe(ref b, at) - x;
            Vector512<double> dc = Vector512.LoadUnsafe(ref c, at) - x, de = Vector512.LoadUnsafe(ref e, at) - x;
            sumA = Vector512.FusedMultiplyAdd(da, da, sumA);
            sumB = Vector512.FusedMultiplyAdd(db, db, sumB);
            sumC = Vector512.FusedMultiplyAdd(dc, dc, sumC);
            sumE = Vector512.FusedMultiplyAdd(de, de, sumE);
            at += Lanes;
        }

        sumA.StoreUnsafe(ref into);
        sumB.StoreUnsafe(ref into, Lanes);
        sumC.StoreUnsafe(ref into, 2 * Lanes);
        sumE.StoreUnsafe(ref into, 3 * Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(ref double a, ref double b, ReadOnlySpan<double> row, ref double into)
    {
        Vector512<double> sumA = default, sumB = default;
        nuint at = 0;
        foreach (double value in row)
        {
            Vector512<double> x = Vector512.Create(value);
            Vector512<double> da = Vector512.LoadUnsafe(ref a, at) - x, db = Vector512.LoadUnsafe(ref b, at) - x;
            sumA = Vector512.FusedMultiplyAdd(da, da, sumA);
            sumB = Vector512.FusedMultiplyAdd(db, db, sumB);
            at += Lanes;
        }

        sumA.StoreUnsafe(ref into);
        sumB.StoreUnsafe(ref into, Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(ref double a, ReadOnlySpan<double> row, ref double into)
    {
        Vector512<double> sum = default;
        nuint at = 0;
        foreach (double value in row)
        {
            Vector512<double> difference = Vector512.LoadUnsafe(ref a, at) - Vector512.Create(value);
            sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
            at += Lanes;
        }

        sum.StoreUnsafe(ref into);
    }
}
