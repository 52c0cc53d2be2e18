using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Clustering;

/// <summary>
/// Centred rows as whole numbers of -127 to 127 times a step of their own, with the exact distance of each row from its code: a quarter of the
/// bytes to read for a lower bound of distances. Memory: 1 byte a coordinate, padded to 16, and 8 bytes a point.
/// </summary>
internal sealed class QuantizedRows
{
    private const int Lanes = 16;
    private const int Block = 256;
    private const double Unit = 1.0 / (1 << 24);

    /// <summary>What subtracting the centre can do to a row, as a share of its length.</summary>
    private const double Centring = 1.0 / (1L << 50);
    private const float Underflow = 1e-30f;
    private readonly PointSet _points;
    private readonly double[] _centre;
    private readonly sbyte[] _codes;
    private readonly float[] _steps;
    private readonly float[] _errors;
    private readonly float _slack;

    private QuantizedRows(PointSet points)
    {
        _points = points;
        _centre = PanelPoints.Centre(points);
        Stride = (points.Dimensions + Lanes - 1) / Lanes * Lanes;
        _codes = new sbyte[checked(points.Count * Stride)];
        _steps = new float[points.Count];
        _errors = new float[points.Count];
        _slack = (float)(1 + 4 * (points.Dimensions + 32) * Unit);
    }

    /// <summary>The length of a padded row.</summary>
    public int Stride { get; }

    /// <summary>Codes the points. O(n d).</summary>
    public static QuantizedRows Create(PointSet points, int threads, CancellationToken ct)
    {
        QuantizedRows coded = new(points);
        ParallelBlocks.Run((points.Count + Block - 1) / Block, threads, () => new double[points.Dimensions], (block, row) =>
        {
            for (int i = block * Block; i < Math.Min(points.Count, (block + 1) * Block); i++)
            {
                coded.Encode(i, row);
            }
        }, ct);
        return coded;
    }

    /// <summary>Whether a search with this many points can be coded in one array.</summary>
    public static bool Suits(PointSet points) => (long)points.Count * (points.Dimensions + Lanes) <= Array.MaxLength;

    /// <summary>Centres a query and rounds it to single precision.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="query">The query.</param>
    /// <param name="row">Room for d numbers.</param>
    /// <param name="padded">Receives the padded row.</param>
    /// <returns>How far it is from the query, at most.</returns>
    public double Centre(PointSet queries, int query, double[] row, Span<float> padded)
    {
        CopyCentred(queries, query, row);
        double squares = 0, lost = 0;
        for (int t = 0; t < row.Length; t++)
        {
            padded[t] = (float)row[t];
            double difference = row[t] - padded[t];
            lost += difference * difference;
            squares += row[t] * row[t];
        }

        return Bound(lost, squares);
    }

    /// <summary>A bit for each of four rows from <paramref name="first"/> on that the bound does not exclude from being within a distance of the query. O(d).</summary>
    /// <param name="padded">The query as <see cref="Centre"/> gave it.</param>
    /// <param name="first">The first row.</param>
    /// <param name="reach">The distance plus that of the query from its padded row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint Near(ReadOnlySpan<float> padded, int first, float reach)
    {
        Debug.Assert(first >= 0 && first + 4 <= _steps.Length && padded.Length >= Stride, "There are four rows, and a padded query.");
        nuint stride = (nuint)Stride;
        ref float q = ref MemoryMarshal.GetReference(padded);
        ref sbyte a = ref _codes[first * Stride];
        ref sbyte b = ref Unsafe.Add(ref a, stride);
        ref sbyte c = ref Unsafe.Add(ref b, stride);
        ref sbyte e = ref Unsafe.Add(ref c, stride);
        Vector512<float> stepA = Vector512.Create(-_steps[first]), stepB = Vector512.Create(-_steps[first + 1]);
        Vector512<float> stepC = Vector512.Create(-_steps[first + 2]), stepE = Vector512.Create(-_steps[first + 3]);
        Vector512<float> sumA = default, sumB = default, sumC = default, sumE = default;
        for (nuint i = 0; i < stride; i += Lanes)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref q, i);
            Vector512<float> da = Vector512.FusedMultiplyAdd(stepA, Widen(ref a, i), x), db = Vector512.FusedMultiplyAdd(stepB, Widen(ref b, i), x);
            Vector512<float> dc = Vector512.FusedMultiplyAdd(stepC, Widen(ref c, i), x), de = Vector512.FusedMultiplyAdd(stepE, Widen(ref e, i), x);
            sumA = Vector512.FusedMultiplyAdd(da, da, sumA);
            sumB = Vector512.FusedMultiplyAdd(db, db, sumB);
            sumC = Vector512.FusedMultiplyAdd(dc, dc, sumC);
            sumE = Vector512.FusedMultiplyAdd(de, de, sumE);
        }

        Vector128<float> squares = Vector128.Create(Vector512.Sum(sumA), Vector512.Sum(sumB), Vector512.Sum(sumC), Vector512.Sum(sumE));
        Vector128<float> most = (Vector128.Create(reach) + Vector128.LoadUnsafe(ref _errors[first])) * _slack;

        // Not a number, infinity, and what is so small that its squares underflow exclude nothing.
        Vector128<float> limit = most * most;
        Vector128<float> beyond = Vector128.GreaterThan(squares, limit) & Vector128.LessThanOrEqual(squares, Vector128.Create(float.MaxValue))
            & Vector128.GreaterThan(limit, Vector128.Create(Underflow));
        return ~beyond.ExtractMostSignificantBits() & 0xF;
    }

    private static double Bound(double lostSquares, double squares) => (Math.Sqrt(lostSquares) * (1 + 1e-9)) + (Math.Sqrt(squares) * Centring);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(ref sbyte codes, nuint at)
    {
        Vector128<sbyte> sixteen = Vector128.LoadUnsafe(ref codes, at);
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(sixteen));
        }

        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(sixteen);
        return Vector512.ConvertToSingle(Vector512.Create(
            Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)), Vector256.Create(Vector128.WidenLower(high), Vector128.WidenUpper(high))));
    }

    private void CopyCentred(PointSet points, int point, double[] row)
    {
        points.CopyRow(point, row);
        for (int t = 0; t < row.Length; t++)
        {
            row[t] -= _centre[t];
        }
    }

    private void Encode(int point, double[] row)
    {
        CopyCentred(_points, point, row);
        double largest = 0, squares = 0, lost = 0;
        foreach (double value in row)
        {
            largest = Math.Max(largest, Math.Abs(value));
            squares += value * value;
        }

        float step = (float)(largest / 127);
        Span<sbyte> codes = _codes.AsSpan(point * Stride, row.Length);
        for (int t = 0; t < row.Length; t++)
        {
            codes[t] = step > 0 ? (sbyte)Math.Clamp(Math.Round(row[t] / step), -127, 127) : (sbyte)0;
            double difference = row[t] - ((double)step * codes[t]);
            lost += difference * difference;
        }

        _steps[point] = step;
        _errors[point] = MathF.BitIncrement((float)Bound(lost, squares));
    }
}
