using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Clustering;

/// <summary>
/// Squared Euclidean distances of rows in double precision. Every path gives the same bits for the same two rows, in either
/// order: short rows add up in feature order, long rows in eight lanes with fused multiply-add, whatever the hardware.
/// </summary>
internal static class RowDistance
{
    /// <summary>From this many dimensions on, rows are added up in lanes.</summary>
    public const int LaneThreshold = 21;

    /// <summary>The squared distance of two rows of equal length. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Squared(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Debug.Assert(a.Length == b.Length, "Rows have one length.");
        if (a.Length >= LaneThreshold)
        {
            return SquaredInLanes(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
        }

        double sum = 0;
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            double difference = a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>The same of single-precision rows, widened as they are read. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Debug.Assert(a.Length == b.Length, "Rows have one length.");
        double sum = 0;
        if (a.Length < LaneThreshold)
        {
            for (int i = 0; i < a.Length && i < b.Length; i++)
            {
                double difference = (double)a[i] - b[i];
                sum += difference * difference;
            }

            return sum;
        }

        ref float p = ref MemoryMarshal.GetReference(a);
        ref float q = ref MemoryMarshal.GetReference(b);
        Vector512<double> lanes = default;
        int end = a.Length - a.Length % 8;
        for (nuint i = 0; i < (nuint)end; i += 8)
        {
            Vector512<double> difference = Widen(ref p, i) - Widen(ref q, i);
            lanes = Vector512.FusedMultiplyAdd(difference, difference, lanes);
        }

        sum = Sum(lanes);
        for (int i = end; i < a.Length; i++)
        {
            double difference = (double)a[i] - b[i];
            sum = Math.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    /// <summary>The same of single-precision rows that are each multiplied by a factor in double precision. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Squared(ReadOnlySpan<float> a, double scaleA, ReadOnlySpan<float> b, double scaleB)
    {
        Debug.Assert(a.Length == b.Length, "Rows have one length.");
        double sum = 0;
        if (a.Length < LaneThreshold)
        {
            for (int i = 0; i < a.Length && i < b.Length; i++)
            {
                double left = a[i] * scaleA, right = b[i] * scaleB, difference = left - right;
                sum += difference * difference;
            }

            return sum;
        }

        ref float p = ref MemoryMarshal.GetReference(a);
        ref float q = ref MemoryMarshal.GetReference(b);
        Vector512<double> lanes = default;
        int end = a.Length - a.Length % 8;
        for (nuint i = 0; i < (nuint)end; i += 8)
        {
            Vector512<double> left = Widen(ref p, i) * scaleA, right = Widen(ref q, i) * scaleB, difference = left - right;
            lanes = Vector512.FusedMultiplyAdd(difference, difference, lanes);
        }

        sum = Sum(lanes);
        for (int i = end; i < a.Length; i++)
        {
            double left = a[i] * scaleA, right = b[i] * scaleB, difference = left - right;
            sum = Math.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    /// <summary>
    /// The squared distances of one row to four others, from their offsets in <paramref name="rows"/>. Reads the one row once. O(d).
    /// </summary>
    /// <param name="row">One row, of d numbers.</param>
    /// <param name="rows">Row-major rows.</param>
    /// <param name="offsets">Where the four rows start.</param>
    /// <param name="results">Receives four squared distances.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SquaredToFour(ReadOnlySpan<double> row, ReadOnlySpan<double> rows, ReadOnlySpan<int> offsets, Span<double> results)
    {
        Debug.Assert(offsets.Length >= 4 && results.Length >= 4, "There are four rows and four results.");
        int d = row.Length;
        ReadOnlySpan<double> r0 = rows.Slice(offsets[0] * d, d), r1 = rows.Slice(offsets[1] * d, d);
        ReadOnlySpan<double> r2 = rows.Slice(offsets[2] * d, d), r3 = rows.Slice(offsets[3] * d, d);
        if (d < LaneThreshold)
        {
            results[0] = Squared(row, r0);
            results[1] = Squared(row, r1);
            results[2] = Squared(row, r2);
            results[3] = Squared(row, r3);
            return;
        }

        ref double q = ref MemoryMarshal.GetReference(row);
        ref double a = ref MemoryMarshal.GetReference(r0);
        ref double b = ref MemoryMarshal.GetReference(r1);
        ref double c = ref MemoryMarshal.GetReference(r2);
        ref double e = ref MemoryMarshal.GetReference(r3);
        Vector512<double> sumA = default, sumB = default, sumC = default, sumE = default;
        nuint end = (nuint)(d - d % 8);
        for (nuint i = 0; i < end; i += 8)
        {
            Vector512<double> x = Vector512.LoadUnsafe(ref q, i);
            Vector512<double> da = x - Vector512.LoadUnsafe(ref a, i);
            Vector512<double> db = x - Vector512.LoadUnsafe(ref b, i);
            Vector512<double> dc = x - Vector512.LoadUnsafe(ref c, i);
            Vector512<double> de = x - Vector512.LoadUnsafe(ref e, i);
            sumA = Vector512.FusedMultiplyAdd(da, da, sumA);
            sumB = Vector512.FusedMultiplyAdd(db, db, sumB);
            sumC = Vector512.FusedMultiplyAdd(dc, dc, sumC);
            sumE = Vector512.FusedMultiplyAdd(de, de, sumE);
        }

        results[0] = Finish(sumA, ref q, ref a, (int)end, d);
        results[1] = Finish(sumB, ref q, ref b, (int)end, d);
        results[2] = Finish(sumC, ref q, ref c, (int)end, d);
        results[3] = Finish(sumE, ref q, ref e, (int)end, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaredInLanes(ref double a, ref double b, int d)
    {
        Vector512<double> sum = default;
        nuint end = (nuint)(d - d % 8);
        for (nuint i = 0; i < end; i += 8)
        {
            Vector512<double> difference = Vector512.LoadUnsafe(ref a, i) - Vector512.LoadUnsafe(ref b, i);
            sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
        }

        return Finish(sum, ref a, ref b, (int)end, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Finish(Vector512<double> lanes, ref double a, ref double b, int from, int d)
    {
        double sum = Sum(lanes);
        for (int i = from; i < d; i++)
        {
            double difference = Unsafe.Add(ref a, i) - Unsafe.Add(ref b, i);
            sum = Math.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum(Vector512<double> lanes)
    {
        Vector256<double> half = lanes.GetLower() + lanes.GetUpper();
        Vector128<double> quarter = half.GetLower() + half.GetUpper();
        return quarter[0] + quarter[1];
    }

    /// <summary>Eight numbers in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Widen(ref float row, nuint at)
    {
        Vector256<float> eight = Vector256.LoadUnsafe(ref row, at);
        return Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Double(eight)
            : Vector512.Create(Vector256.WidenLower(eight), Vector256.WidenUpper(eight));
    }
}
