using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Squared distances and products of a row with four others in single precision, to choose what is worth measuring in double precision.</summary>
internal static class ScreenKernel
{
    /// <summary>The squared distances of a row to four rows that follow each other. Off by at most the share (d + 32) 2^-24 of the true ones, underflow aside. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector128<float> Squares(ReadOnlySpan<float> row, ReadOnlySpan<float> four)
    {
        nuint d = (nuint)row.Length, end = d - d % 16;
        ref float q = ref MemoryMarshal.GetReference(row);
        ref float a = ref MemoryMarshal.GetReference(four);
        ref float b = ref Unsafe.Add(ref a, d);
        ref float c = ref Unsafe.Add(ref b, d);
        ref float e = ref Unsafe.Add(ref c, d);
        Vector512<float> sumA = default, sumB = default, sumC = default, sumE = default;
        for (nuint i = 0; i < end; i += 16)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref q, i);
            Vector512<float> da = x - Vector512.LoadUnsafe(ref a, i), db = x - Vector512.LoadUnsafe(ref b, i);
            Vector512<float> dc = x - Vector512.LoadUnsafe(ref c, i), de = x - Vector512.LoadUnsafe(ref e, i);
            sumA = Vector512.FusedMultiplyAdd(da, da, sumA);
            sumB = Vector512.FusedMultiplyAdd(db, db, sumB);
            sumC = Vector512.FusedMultiplyAdd(dc, dc, sumC);
            sumE = Vector512.FusedMultiplyAdd(de, de, sumE);
        }

        Vector128<float> sums = Vector128.Create(Vector512.Sum(sumA), Vector512.Sum(sumB), Vector512.Sum(sumC), Vector512.Sum(sumE));
        for (nuint i = end; i < d; i++)
        {
            Vector128<float> difference = Vector128.Create(Unsafe.Add(ref q, i))
                - Vector128.Create(Unsafe.Add(ref a, i), Unsafe.Add(ref b, i), Unsafe.Add(ref c, i), Unsafe.Add(ref e, i));
            sums = Vector128.FusedMultiplyAdd(difference, difference, sums);
        }

        return sums;
    }

    /// <summary>The products of a row with four rows that follow each other. Off by at most (d + 32) 2^-24 of the product of the lengths, underflow aside. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector128<float> Products(ReadOnlySpan<float> row, ReadOnlySpan<float> four)
    {
        nuint d = (nuint)row.Length, end = d - d % 16;
        ref float q = ref MemoryMarshal.GetReference(row);
        ref float a = ref MemoryMarshal.GetReference(four);
        ref float b = ref Unsafe.Add(ref a, d);
        ref float c = ref Unsafe.Add(ref b, d);
        ref float e = ref Unsafe.Add(ref c, d);
        Vector512<float> sumA = default, sumB = default, sumC = default, sumE = default;
        for (nuint i = 0; i < end; i += 16)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref q, i);
            sumA = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref a, i), sumA);
            sumB = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref b, i), sumB);
            sumC = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref c, i), sumC);
            sumE = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref e, i), sumE);
        }

        Vector128<float> sums = Vector128.Create(Vector512.Sum(sumA), Vector512.Sum(sumB), Vector512.Sum(sumC), Vector512.Sum(sumE));
        for (nuint i = end; i < d; i++)
        {
            Vector128<float> others = Vector128.Create(Unsafe.Add(ref a, i), Unsafe.Add(ref b, i), Unsafe.Add(ref c, i), Unsafe.Add(ref e, i));
            sums = Vector128.FusedMultiplyAdd(Vector128.Create(Unsafe.Add(ref q, i)), others, sums);
        }

        return sums;
    }
}
