using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Products of four rows with four others, all sums kept in registers, from rows that lie anywhere in memory.</summary>
internal static unsafe class PairKernel
{
    /// <summary>Rows of each side of a tile.</summary>
    public const int Rows = 4;

    /// <summary>Rows are padded with zeros to a multiple of this length.</summary>
    public const int Lanes = 16;

    /// <summary>Multiplies every row of a side with every row of the other; a product does not depend on which side a row is on.</summary>
    /// <param name="a">Four rows.</param>
    /// <param name="b">Four rows.</param>
    /// <param name="depth">Their padded length.</param>
    /// <param name="products">Receives 16 products, row-major by the rows of a.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float** a, float** b, int depth, float* products)
    {
        Debug.Assert(depth > 0 && depth % Lanes == 0, "Rows are padded to whole lanes.");
        float* p = a[0], q = a[1], r = a[2], s = a[3], w = b[0], x = b[1], y = b[2], z = b[3];
        Vector512<float> pw = default, px = default, py = default, pz = default, qw = default, qx = default, qy = default, qz = default;
        Vector512<float> rw = default, rx = default, ry = default, rz = default, sw = default, sx = default, sy = default, sz = default;
        for (int t = 0; t < depth; t += Lanes)
        {
            Vector512<float> vw = Vector512.Load(w + t), vx = Vector512.Load(x + t), vy = Vector512.Load(y + t), vz = Vector512.Load(z + t);
            Vector512<float> row = Vector512.Load(p + t);
            pw = Vector512.FusedMultiplyAdd(row, vw, pw);
            px = Vector512.FusedMultiplyAdd(row, vx, px);
            py = Vector512.FusedMultiplyAdd(row, vy, py);
            pz = Vector512.FusedMultiplyAdd(row, vz, pz);
            row = Vector512.Load(q + t);
            qw = Vector512.FusedMultiplyAdd(row, vw, qw);
            qx = Vector512.FusedMultiplyAdd(row, vx, qx);
            qy = Vector512.FusedMultiplyAdd(row, vy, qy);
            qz = Vector512.FusedMultiplyAdd(row, vz, qz);
            row = Vector512.Load(r + t);
            rw = Vector512.FusedMultiplyAdd(row, vw, rw);
            rx = Vector512.FusedMultiplyAdd(row, vx, rx);
            ry = Vector512.FusedMultiplyAdd(row, vy, ry);
            rz = Vector512.FusedMultiplyAdd(row, vz, rz);
            row = Vector512.Load(s + t);
            sw = Vector512.FusedMultiplyAdd(row, vw, sw);
            sx = Vector512.FusedMultiplyAdd(row, vx, sx);
            sy = Vector512.FusedMultiplyAdd(row, vy, sy);
            sz = Vector512.FusedMultiplyAdd(row, vz, sz);
        }

        Put(pw, px, py, pz, products);
        Put(qw, qx, qy, qz, products + 4);
        Put(rw, rx, ry, rz, products + 8);
        Put(sw, sx, sy, sz, products + 12);
    }

    /// <summary>Writes the sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Put(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* products)
    {
        products[0] = Vector512.Sum(a);
        products[1] = Vector512.Sum(b);
        products[2] = Vector512.Sum(c);
        products[3] = Vector512.Sum(d);
    }
}
