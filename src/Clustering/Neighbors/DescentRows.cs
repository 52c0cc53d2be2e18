using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Rows about the middle and of about unit size, which keeps their products precise, however small or large the numbers are: in single precision, or from 64
/// dimensions on in its upper halves (bfloat16), which take half the room and half the time to read. Rounding then moves a row by about a 900th of its length,
/// so that groups smaller than that are not told apart.
/// </summary>
internal sealed unsafe class DescentRows
{
    private const int FewestHalved = 64;
    private const int Block = 256;

    /// <summary>Between these a factor is a plain number in single precision, and a product with it loses no more than one rounding.</summary>
    private const double LeastPlain = 1e-30;

    private const double MostPlain = 1e30;
    private readonly float[] _whole = [];
    private readonly ushort[] _halves = [];

    private DescentRows(int count, int dimensions)
    {
        Count = count;
        AreHalved = dimensions >= FewestHalved;
        int lanes = AreHalved ? HalfPairKernel.Lanes : PairKernel.Lanes;
        Stride = (dimensions + lanes - 1) / lanes * lanes;
        Squares = new float[count];
        if (AreHalved)
            _halves = new ushort[(long)count * Stride];
        else
            _whole = new float[(long)count * Stride];
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>Values per padded row.</summary>
    public int Stride { get; }

    /// <summary>Per row, its squared length.</summary>
    public float[] Squares { get; }

    /// <summary>Whether the rows are upper halves.</summary>
    public bool AreHalved { get; }

    /// <summary>Copies points. O(n d).</summary>
    public static DescentRows Of(PointSet points, int threads, CancellationToken ct)
    {
        int n = points.Count, d = points.Dimensions;
        DescentRows rows = new(n, d);
        double largest = points.IsScaled ? 1 : Math.Abs((double)TensorPrimitives.MaxMagnitude(points.Source)), scale = largest > 0 ? Math.ScaleB(1, -Math.ILogB(largest)) : 1;
        double[] middle = PanelPoints.Centre(points);
        TensorPrimitives.Multiply(middle, scale, middle);
        float[] rounded = Array.ConvertAll(middle, value => (float)value);
        ParallelBlocks.Run((n + Block - 1) / Block, threads, () => (Wide: new double[d], Narrow: new float[rows.Stride]), (block, row) =>
        {
            for (int i = block * Block; i < Math.Min(n, (block + 1) * Block); i++)
            {
                double unit = points.ScaleOf(i) * scale;
                Span<float> narrow = row.Narrow.AsSpan(0, d);
                if (rows.AreHalved && unit is > LeastPlain and < MostPlain)
                {
                    TensorPrimitives.Multiply(points.Given(i), (float)unit, narrow);
                    TensorPrimitives.Subtract(narrow, rounded, narrow);
                }
                else
                {
                    points.CopyRow(i, row.Wide);
                    TensorPrimitives.Multiply(row.Wide, scale, row.Wide);
                    TensorPrimitives.Subtract(row.Wide, middle, row.Wide);
                    TensorPrimitives.ConvertSaturating<double, float>(row.Wide, narrow);
                }

                rows.Put(i, row.Narrow);
            }
        }, ct);
        return rows;
    }

    /// <summary>Multiplies every one of four rows with every one of four others; a product does not depend on which side a row is on. Receives 16 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(int* a, int* b, float* products)
    {
        if (AreHalved)
        {
            ref ushort first = ref MemoryMarshal.GetArrayDataReference(_halves);
            HalfPairKernel.Multiply(ref first, a, b, Stride, products);
            return;
        }

        float** left = stackalloc float*[PairKernel.Rows];
        float** right = stackalloc float*[PairKernel.Rows];
        fixed (float* rows = _whole)
        {
            for (int r = 0; r < PairKernel.Rows; r++)
            {
                left[r] = rows + ((nint)a[r] * Stride);
                right[r] = rows + ((nint)b[r] * Stride);
            }

            PairKernel.Multiply(left, right, Stride, products);
        }
    }

    /// <summary>The difference of two rows, laid out for <see cref="Dot"/>.</summary>
    public void Normal(int a, int b, Span<float> difference, Span<float> normal)
    {
        for (int t = 0; t < Stride; t++)
            difference[t] = ValueAt(a, t) - ValueAt(b, t);
        if (AreHalved)
            HalfPairKernel.Part(difference, normal);
        else
            difference.CopyTo(normal);
    }

    /// <summary>The product of a row with a vector from <see cref="Normal"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Dot(ReadOnlySpan<float> normal, int row) => AreHalved
        ? HalfPairKernel.Dot(ref _halves[(long)row * Stride], ref MemoryMarshal.GetReference(normal), Stride)
        : TensorPrimitives.Dot(normal, _whole.AsSpan(row * Stride, Stride));

    private float ValueAt(int row, int t) => AreHalved ? HalfPairKernel.Widen(_halves[((long)row * Stride) + t]) : _whole[((long)row * Stride) + t];

    /// <summary>Stores a padded row, and rounds it where it is halved.</summary>
    private void Put(int row, float[] values)
    {
        Debug.Assert(values.Length == Stride, "A row is padded.");
        if (AreHalved)
            HalfPairKernel.Narrow(values, _halves.AsSpan(row * Stride, Stride));
        else
            values.CopyTo(_whole.AsSpan(row * Stride));
        Squares[row] = TensorPrimitives.SumOfSquares<float>(values);
    }
}
