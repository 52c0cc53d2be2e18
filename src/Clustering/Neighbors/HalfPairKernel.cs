using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Products of four rows with four others as in <see cref="PairKernel"/>, from rows of the upper halves of single-precision numbers (bfloat16). Sums are in single precision.</summary>
internal static unsafe class HalfPairKernel
{
    /// <summary>Rows are padded with zeros to a multiple of this length.</summary>
    public const int Lanes = 32;

    private const int HalfBits = 16;
    private const uint Upper = 0xFFFF0000;

    /// <summary>Rounds finite numbers to their upper halves, to nearest, ties to even.</summary>
    /// <param name="values">Whole lanes of numbers; receives them rounded.</param>
    /// <param name="halves">Receives the halves.</param>
    public static void Narrow(Span<float> values, Span<ushort> halves)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        for (int t = 0; t < bits.Length; t += Lanes)
        {
            Vector512<uint> low = Rounded(bits[t..]), high = Rounded(bits[(t + (Lanes / 2))..]);
            low.CopyTo(bits[t..]);
            high.CopyTo(bits[(t + (Lanes / 2))..]);
            Vector512.Narrow(low >> HalfBits, high >> HalfBits).CopyTo(halves[t..]);
        }
    }

    /// <summary>The number that an upper half is.</summary>
    public static float Widen(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << HalfBits);

    /// <summary>Multiplies every row of a side with every row of the other; a product does not depend on which side a row is on.</summary>
    /// <param name="rows">The first of all rows.</param>
    /// <param name="a">The numbers of four rows.</param>
    /// <param name="b">The numbers of four rows.</param>
    /// <param name="stride">Their padded length.</param>
    /// <param name="products">Receives 16 products, row-major by the rows of a.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ref ushort rows, int* a, int* b, int stride, float* products)
    {
        Debug.Assert(stride > 0 && stride % Lanes == 0, "Rows are padded to whole lanes.");
        ref ushort p = ref Unsafe.Add(ref rows, (nint)a[0] * stride), q = ref Unsafe.Add(ref rows, (nint)a[1] * stride);
        ref ushort r = ref Unsafe.Add(ref rows, (nint)a[2] * stride), s = ref Unsafe.Add(ref rows, (nint)a[3] * stride);
        ref ushort w = ref Unsafe.Add(ref rows, (nint)b[0] * stride), x = ref Unsafe.Add(ref rows, (nint)b[1] * stride);
        ref ushort y = ref Unsafe.Add(ref rows, (nint)b[2] * stride), z = ref Unsafe.Add(ref rows, (nint)b[3] * stride);
        Vector512<float> pw = default, px = default, py = default, pz = default, qw = default, qx = default, qy = default, qz = default;
        Vector512<float> rw = default, rx = default, ry = default, rz = default, sw = default, sx = default, sy = default, sz = default;
        for (nuint t = 0; t < (nuint)stride; t += Lanes)
        {
            Vector512<uint> bw = Load(ref w, t), bx = Load(ref x, t), by = Load(ref y, t), bz = Load(ref z, t), row = Load(ref p, t);
            Vector512<float> lw = Low(bw), lx = Low(bx), ly = Low(by), lz = Low(bz), hw = High(bw), hx = High(bx), hy = High(by), hz = High(bz);
            Vector512<float> low = Low(row), high = High(row);
            pw = Vector512.FusedMultiplyAdd(high, hw, Vector512.FusedMultiplyAdd(low, lw, pw));
            px = Vector512.FusedMultiplyAdd(high, hx, Vector512.FusedMultiplyAdd(low, lx, px));
            py = Vector512.FusedMultiplyAdd(high, hy, Vector512.FusedMultiplyAdd(low, ly, py));
            pz = Vector512.FusedMultiplyAdd(high, hz, Vector512.FusedMultiplyAdd(low, lz, pz));
            row = Load(ref q, t);
            (low, high) = (Low(row), High(row));
            qw = Vector512.FusedMultiplyAdd(high, hw, Vector512.FusedMultiplyAdd(low, lw, qw));
            qx = Vector512.FusedMultiplyAdd(high, hx, Vector512.FusedMultiplyAdd(low, lx, qx));
            qy = Vector512.FusedMultiplyAdd(high, hy, Vector512.FusedMultiplyAdd(low, ly, qy));
            qz = Vector512.FusedMultiplyAdd(high, hz, Vector512.FusedMultiplyAdd(low, lz, qz));
            row = Load(ref r, t);
            (low, high) = (Low(row), High(row));
            rw = Vector512.FusedMultiplyAdd(high, hw, Vector512.FusedMultiplyAdd(low, lw, rw));
            rx = Vector512.FusedMultiplyAdd(high, hx, Vector512.FusedMultiplyAdd(low, lx, rx));
            ry = Vector512.FusedMultiplyAdd(high, hy, Vector512.FusedMultiplyAdd(low, ly, ry));
            rz = Vector512.FusedMultiplyAdd(high, hz, Vector512.FusedMultiplyAdd(low, lz, rz));
            row = Load(ref s, t);
            (low, high) = (Low(row), High(row));
            sw = Vector512.FusedMultiplyAdd(high, hw, Vector512.FusedMultiplyAdd(low, lw, sw));
            sx = Vector512.FusedMultiplyAdd(high, hx, Vector512.FusedMultiplyAdd(low, lx, sx));
            sy = Vector512.FusedMultiplyAdd(high, hy, Vector512.FusedMultiplyAdd(low, ly, sy));
            sz = Vector512.FusedMultiplyAdd(high, hz, Vector512.FusedMultiplyAdd(low, lz, sz));
        }

        PairKernel.Put(pw, px, py, pz, products);
        PairKernel.Put(qw, qx, qy, qz, products + 4);
        PairKernel.Put(rw, rx, ry, rz, products + 8);
        PairKernel.Put(sw, sx, sy, sz, products + 12);
    }

    /// <summary>The product of a row with a vector whose values are in the row's order.</summary>
    /// <param name="row">The first of the row's halves.</param>
    /// <param name="vector">The first of the vector's values, laid out by <see cref="Part"/>.</param>
    /// <param name="stride">The row's padded length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ref ushort row, ref float vector, int stride)
    {
        Vector512<float> low = default, high = default;
        for (nuint t = 0; t < (nuint)stride; t += Lanes)
        {
            Vector512<uint> both = Load(ref row, t);
            low = Vector512.FusedMultiplyAdd(Low(both), Vector512.LoadUnsafe(ref vector, t), low);
            high = Vector512.FusedMultiplyAdd(High(both), Vector512.LoadUnsafe(ref vector, t + (Lanes / 2)), high);
        }

        return Vector512.Sum(low + high);
    }

    /// <summary>Lays a vector out for <see cref="Dot"/>: of each 32 values first those at even places, then the others.</summary>
    public static void Part(ReadOnlySpan<float> vector, Span<float> parted)
    {
        for (int t = 0; t < vector.Length; t++)
        {
            int lane = t % Lanes;
            parted[t - lane + (lane / 2) + (lane % 2 * (Lanes / 2))] = vector[t];
        }
    }

    private static Vector512<uint> Rounded(ReadOnlySpan<uint> values)
    {
        Vector512<uint> bits = Vector512.Create(values);
        return (bits + Vector512.Create(0x7FFFu) + ((bits >> HalfBits) & Vector512<uint>.One)) & Vector512.Create(Upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(ref ushort row, nuint at) => Vector512.LoadUnsafe(ref row, at).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Low(Vector512<uint> both) => (both << HalfBits).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> High(Vector512<uint> both) => (both & Vector512.Create(Upper)).AsSingle();
}
