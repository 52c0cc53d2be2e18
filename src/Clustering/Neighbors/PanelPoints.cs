using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Points as the panels of <see cref="PanelKernel"/>, in single precision, centred and scaled by a power of two into the unit
/// cube, with a rigorous bound of what the rounding can do. Memory: 4 bytes a coordinate and 12 bytes a point.
/// </summary>
/// <remarks>
/// For points a and b, |a - b|^2 = |a|^2 + |b|^2 - 2 a.b. With u = 2^-24, a sum of d fused products that starts from the bias of b is off by at
/// most d u (|b|^2 + |a|^2 / 2), rounding the centred coordinates moves the squared distance by at most 4 u (|a|^2 + |b|^2), and putting the bias of a in the
/// place of that of b in a finished sum by at most 3 u (|a|^2 + |b|^2).
/// Therefore <see cref="Squares"/>[a] - 2 (bias of b + a.b) never exceeds the true squared distance once the squares are lowered by the
/// share 2.1 d u + 16 u; an absolute margin covers underflow.
/// </remarks>
internal sealed class PanelPoints
{
    private const double Unit = 1.0 / (1 << 24);
    private const double Underflow = 1e-30;
    private const double FarthestSquared = 1e30;
    private const int MeanSample = 1024;

    /// <summary>Coordinates of a panel that are filled together: what is written stays in the cache until all rows have written it.</summary>
    private const int CoordinateBlock = 64;
    private readonly PointSet _points;
    private readonly double[] _mean;
    private readonly double _scale;
    private readonly double _shrink;

    private PanelPoints(PointSet points, int capacity, double[] mean, double scale)
    {
        _points = points;
        _mean = mean;
        _scale = scale;
        _shrink = Math.Max(0, 1 - (2.1 * points.Dimensions + 16) * Unit);
        int padded = PanelKernel.PanelCount(capacity) * PanelKernel.Width;
        Packed = new float[(long)padded * points.Dimensions];
        Bias = new float[padded];
        Squares = new double[capacity];
    }

    /// <summary>How many points are packed.</summary>
    public int Count { get; private set; }

    /// <summary>The panels: per panel, d x <see cref="PanelKernel.Width"/>.</summary>
    public float[] Packed { get; }

    /// <summary>Per position, what a product with the point starts from; minus infinity past the end.</summary>
    public float[] Bias { get; }

    /// <summary>Per position, the lowered squared length of the row.</summary>
    public double[] Squares { get; }

    /// <summary>What true squared distances are multiplied by to be compared with those of the packed rows.</summary>
    public double SquaredScale => _scale * _scale;

    /// <summary>Chooses centre and scale; packs nothing yet. O(n d).</summary>
    public static PanelPoints Create(PointSet points, int threads, CancellationToken ct) => Create(points, points.Count, threads, ct);

    /// <summary>The same with room for some of the points only.</summary>
    public static PanelPoints Create(PointSet points, int capacity, int threads, CancellationToken ct)
    {
        double[] mean = Centre(points);
        double[] largest = new double[points.Count];
        ParallelBlocks.Run((points.Count + 255) / 256, threads, () => mean, (block, centre) =>
        {
            for (int i = block * 256; i < Math.Min(points.Count, (block + 1) * 256); i++)
            {
                largest[i] = Reach(points.Given(i), points.ScaleOf(i), centre);
            }
        }, ct);
        double reach = largest.Max() * Math.Sqrt(points.Dimensions);
        return new PanelPoints(points, capacity, mean, reach > 0 ? Math.ScaleB(1, -Math.ILogB(reach) - 1) : 1);
    }

    /// <summary>Packs points in an order. O(n d).</summary>
    /// <param name="order">The point at each position; at most as many as there is room for.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="ct">Stops the work.</param>
    public void Pack(ReadOnlyMemory<int> order, int threads, CancellationToken ct)
    {
        Count = order.Length;
        int panels = PanelKernel.PanelCount(Count), width = PanelKernel.Width;
        ParallelBlocks.Run(panels, threads, () => order, (panel, points) =>
        {
            int first = panel * width;
            PackPanel(points.Span[first..Math.Min(Count, first + width)], first);
        }, ct);
    }

    /// <summary>Copies the rows of positions as one tile of <see cref="TileKernel"/>; rows that are missing are zero. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTile(ReadOnlySpan<int> positions, Span<float> tile)
    {
        Debug.Assert(positions.Length <= TileKernel.Rows && tile.Length >= TileKernel.Rows * _points.Dimensions, "A tile has room for the rows.");
        tile.Clear();
        for (int r = 0, run; r < positions.Length; r += run)
        {
            int width = PanelKernel.Width, column = positions[r] % width;
            run = 1;
            while (r + run < positions.Length && column + run < width && positions[r + run] == positions[r] + run)
            {
                run++;
            }

            ReadOnlySpan<float> panel = Panel(positions[r] / width);
            for (int to = r, at = column; to < tile.Length; to += TileKernel.Rows, at += width)
            {
                for (int i = 0; i < run; i++)
                {
                    tile[to + i] = panel[at + i];
                }
            }
        }
    }

    /// <summary>
    /// What bias plus product must exceed for the squared distance to be possibly at most <paramref name="squared"/>, for the row of a position.
    /// </summary>
    public float Threshold(int position, double squared) => Threshold(Squares[position], squared);

    /// <summary>The same for a row that is not packed, by what <see cref="Place"/> returned for it.</summary>
    public float Threshold(double squares, double squared)
    {
        double threshold = (squares - squared * SquaredScale * (1 + 1e-12) - Underflow) / 2;
        return double.IsNegativeInfinity(threshold) ? float.MinValue : MathF.BitDecrement(MathF.BitDecrement((float)threshold));
    }

    /// <summary>The least true squared distance that fits bias plus product, for the row of a position. At least 0.</summary>
    public double LeastSquared(int position, float similarity) =>
        Math.Max(0, (Squares[position] - 2.0 * similarity - Underflow) * (1 - 1e-12) / SquaredScale);

    /// <summary>The same for sums of one row, in place and rounded down to single precision.</summary>
    /// <param name="position">The row's position.</param>
    /// <param name="sums">What bias plus product gave; receives the least squared distances.</param>
    /// <param name="count">How many sums there are, a multiple of eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void LeastSquared(int position, float* sums, int count)
    {
        Debug.Assert(count % Vector512<double>.Count == 0, "Sums come in eights.");

        // What a share of 2^-23 takes off is more than rounding to single precision adds, where numbers are not so small that they lose digits.
        Vector512<double> factor = Vector512.Create((1 - 1e-12) * (1 - (2 * Unit)) / SquaredScale), squares = Vector512.Create(Squares[position] - Underflow);
        Vector512<double> smallest = Vector512.Create(Underflow), largest = Vector512.Create((double)float.MaxValue);
        for (int at = 0; at < count; at += Vector512<double>.Count)
        {
            Vector512<double> least = (squares - (Vector512.Create(2.0) * RowDistance.Widen(ref *(sums + at), 0))) * factor;
            least = Vector512.ConditionalSelect(Vector512.GreaterThan(least, smallest), Vector512.MinNative(least, largest), Vector512<double>.Zero);
            Vector256.Narrow(least.GetLower(), least.GetUpper()).Store(sums + at);
        }
    }

    /// <summary>
    /// Centres and scales a row that is not packed, and returns its lowered squared length; minus infinity for a row so far away that products with it
    /// could overflow, whose threshold nothing then fails.
    /// </summary>
    /// <param name="given">The row as it was given.</param>
    /// <param name="unit">What it is multiplied by.</param>
    /// <param name="row">Receives the row.</param>
    /// <param name="stride">Elements from one coordinate to the next in it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Place(ReadOnlySpan<float> given, double unit, Span<float> row, int stride)
    {
        double squares = 0;
        for (int t = 0; t < given.Length; t++)
        {
            float value = (float)((given[t] * unit - _mean[t]) * _scale);
            row[t * stride] = value;
            squares += (double)value * value;
        }

        if (squares < FarthestSquared)
        {
            return squares * _shrink;
        }

        for (int t = 0; t < given.Length; t++)
        {
            row[t * stride] = 0;
        }

        return double.NegativeInfinity;
    }

    /// <summary>Whether a tile of rows may be multiplied with the panel that starts at a position: both are whole, and the biases are there.</summary>
    internal bool IsPanel(int start, ReadOnlySpan<float> rows, int row) =>
        start >= 0 && start % PanelKernel.Width == 0 && start + PanelKernel.Width <= Bias.Length
        && ((long)start + PanelKernel.Width) * _points.Dimensions <= Packed.Length && row >= 0 && (row + (long)TileKernel.Rows) * _points.Dimensions <= rows.Length;

    private ReadOnlySpan<float> Panel(int panel)
    {
        int size = PanelKernel.Width * _points.Dimensions;
        Debug.Assert(panel >= 0 && (panel + 1L) * size <= Packed.Length, "The panel is one of the packed ones.");
        return MemoryMarshal.CreateReadOnlySpan(ref Packed[(long)panel * size], size);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackPanel(ReadOnlySpan<int> points, int first)
    {
        int width = PanelKernel.Width, d = _points.Dimensions;
        Debug.Assert(first % width == 0 && (first + (long)width) * d <= Packed.Length, "There is room for a whole panel.");
        Span<float> panel = MemoryMarshal.CreateSpan(ref Packed[(long)first * d], width * d);
        if (points.Length < width)
        {
            panel.Clear();
            Bias.AsSpan(first + points.Length, width - points.Length).Fill(float.NegativeInfinity);
        }

        Span<double> squares = stackalloc double[PanelKernel.MaxWidth];
        squares.Clear();
        for (int from = 0; from < d; from += CoordinateBlock)
        {
            int to = Math.Min(d, from + CoordinateBlock);
            for (int j = 0; j < points.Length; j++)
            {
                squares[j] += Interleave(_points.Given(points[j])[from..to], _points.ScaleOf(points[j]), _mean.AsSpan(from, to - from), panel[((from * width) + j)..], width);
            }
        }

        for (int j = 0; j < points.Length; j++)
        {
            Squares[first + j] = squares[j] * _shrink;
            Bias[first + j] = (float)(-0.5 * _shrink * squares[j]);
        }
    }

    /// <summary>Centres, scales and spreads some coordinates of a row; the sum of their squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Interleave(ReadOnlySpan<float> given, double unit, ReadOnlySpan<double> mean, Span<float> panel, int width)
    {
        double squares = 0;
        for (int t = 0; t < given.Length && t < mean.Length; t++)
        {
            float value = (float)((given[t] * unit - mean[t]) * _scale);
            panel[t * width] = value;
            squares += (double)value * value;
        }

        return squares;
    }

    /// <summary>The mean of a sample: any centre is right, a near one is fast. A coordinate that never changes is met exactly.</summary>
    internal static double[] Centre(PointSet points)
    {
        double[] mean = new double[points.Dimensions];
        int step = (points.Count + MeanSample - 1) / MeanSample, taken = 0;
        for (int i = 0; i < points.Count; i += step, taken++)
        {
            ReadOnlySpan<float> row = points.Given(i);
            double scale = points.ScaleOf(i);
            for (int t = 0; t < row.Length; t++)
            {
                mean[t] += row[t] * scale;
            }
        }

        for (int t = 0; t < mean.Length; t++)
        {
            mean[t] /= taken;
        }

        return mean;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Reach(ReadOnlySpan<float> row, double scale, double[] centre)
    {
        double reach = 0;
        for (int t = 0; t < row.Length; t++)
        {
            reach = Math.Max(reach, Math.Abs(row[t] * scale - centre[t]));
        }

        return reach;
    }
}
