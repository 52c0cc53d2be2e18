using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// For every pair of not too many points, a number that their squared distance is not below, from single-precision products. What the bound
/// does not exclude is measured in double precision, so that what is found is the same, bit for bit. Memory: 4 n^2 bytes.
/// </summary>
internal sealed unsafe class PairBounds
{
    private const int MostPoints = 4096;
    private const int FewestPoints = 64;
    private const int RowBlock = 4 * TileKernel.Rows;
    private readonly PointSet _points;
    private readonly PanelPoints _panels;
    private readonly float[] _least;

    private PairBounds(PointSet points, PanelPoints panels)
    {
        _points = points;
        _panels = panels;
        _least = new float[points.Count * points.Count];
    }

    /// <summary>Whether the bounds pay: rows long enough, and points few enough for a square of them.</summary>
    public static bool Suits(PointSet points) => points.Dimensions >= RowDistance.LaneThreshold && points.Count is >= FewestPoints and <= MostPoints;

    /// <summary>Bounds all pairs. O(n^2 d) time, each product once.</summary>
    /// <param name="points">The points, at most 4096.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static PairBounds Create(PointSet points, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        PanelPoints panels = PanelPoints.Create(points, threads, ct);
        panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
        PairBounds bounds = new(points, panels);
        int done = 0;
        ParallelBlocks.RunRows(points.Count, RowBlock, ParallelBlocks.Options(threads, ct), () => new float[RowBlock * points.Dimensions], (first, end, rows) =>
        {
            bounds.Fill(first, end, rows);
            progress?.Report((double)Interlocked.Add(ref done, end - first) / points.Count);
        });
        return bounds;
    }

    /// <summary>What the squared distances of a point to each point are not below; infinite to itself.</summary>
    public ReadOnlySpan<float> Of(int point) => _least.AsSpan(point * _points.Count, _points.Count);

    /// <summary>The <paramref name="k"/> nearest other points of every point, the lowest index first among equals. O(n^2 + n k d) where the bounds tell points apart.</summary>
    public NeighborLists Nearest(int k, int threads, CancellationToken ct)
    {
        int n = _points.Count;
        NeighborLists lists = new(k, new int[n * k], new double[n * k]);
        ParallelBlocks.RunRows(n, RowBlock, ParallelBlocks.Options(threads, ct), () => (Indices: new int[k], Least: new double[k]), (first, end, near) =>
        {
            for (int point = first; point < end; point++)
            {
                Search(point, lists.Indices.AsSpan(point * k, k), lists.Distances.AsSpan(point * k, k), near.Indices, near.Least);
            }
        });
        return lists;
    }

    /// <summary>Measures the points of the least bounds first, then whatever may still be nearer than the last of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Search(int point, Span<int> indices, Span<double> distances, int[] likely, double[] least)
    {
        ReadOnlySpan<float> bounds = Of(point);
        NearestList first = NearestList.Start(likely, least);
        for (int other = Next(bounds, 0, float.MaxValue); other >= 0; other = Next(bounds, other + 1, MathF.BitDecrement((float)first.Limit)))
        {
            first.Offer(other, bounds[other]);
        }

        NearestList nearest = NearestList.Start(indices, distances);
        foreach (int other in likely)
        {
            nearest.OfferOrdered(other, _points.Squared(point, other));
        }

        for (int other = Next(bounds, 0, Above(nearest)); other >= 0; other = Next(bounds, other + 1, Above(nearest)))
        {
            if (!likely.AsSpan().Contains(other))
            {
                nearest.OfferOrdered(other, _points.Squared(point, other));
            }
        }

        foreach (ref double distance in distances)
        {
            distance = _points.ToDistance(distance);
        }
    }

    private static float Above(NearestList nearest) => Math.Min(float.MaxValue, MathF.BitIncrement((float)nearest.Limit));

    /// <summary>The first place from one on that is at most a limit; -1 if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Next(ReadOnlySpan<float> bounds, int from, float limit)
    {
        ref float start = ref MemoryMarshal.GetReference(bounds);
        for (; from + Vector512<float>.Count <= bounds.Length; from += Vector512<float>.Count)
        {
            ulong near = Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref start, (nuint)from), Vector512.Create(limit)).ExtractMostSignificantBits();
            if (near != 0)
            {
                return from + BitOperations.TrailingZeroCount(near);
            }
        }

        for (; from < bounds.Length; from++)
        {
            if (bounds[from] <= limit)
            {
                return from;
            }
        }

        return -1;
    }

    /// <summary>Bounds the pairs of some rows with themselves and those after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(int first, int end, float[] ownRows)
    {
        int n = _points.Count, width = PanelKernel.Width, d = _points.Dimensions;
        Span<int> positions = stackalloc int[TileKernel.Rows];
        for (int row = first; row < end; row += TileKernel.Rows)
        {
            int count = Math.Min(TileKernel.Rows, end - row);
            for (int r = 0; r < count; r++)
            {
                positions[r] = row + r;
            }

            _panels.CopyTile(positions[..count], ownRows.AsSpan((row - first) * d, TileKernel.Rows * d));
        }

        float* tile = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        float* noLimits = stackalloc float[TileKernel.Rows];
        new Span<float>(noLimits, TileKernel.Rows).Fill(float.PositiveInfinity);
        fixed (float* rows = ownRows, packed = _panels.Packed, bias = _panels.Bias)
        {
            for (int start = first / width * width; start < n; start += width)
            {
                for (int row = first; row < end; row += TileKernel.Rows)
                {
                    Debug.Assert(_panels.IsPanel(start, ownRows, row - first), "Rows and panel are whole.");
                    _ = TileKernel.Multiply(rows + ((nint)(row - first) * d), packed + ((nint)start * d), bias + start, d, noLimits, tile);
                    Keep(row, Math.Min(TileKernel.Rows, end - row), start, tile);
                }
            }
        }

        for (int row = first; row < end; row++)
        {
            _least[(row * n) + row] = float.PositiveInfinity;
        }
    }

    /// <summary>Writes the bounds of some rows with the points of a panel, both ways. Points before the first row's block have them already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(int row, int count, int start, float* tile)
    {
        int n = _points.Count, width = PanelKernel.Width, from = Math.Max(start, row / RowBlock * RowBlock), to = Math.Min(n, start + width);
        for (int r = 0; r < count; r++)
        {
            float* sums = tile + (r * width);
            _panels.LeastSquared(row + r, sums, width);
            new ReadOnlySpan<float>(sums + from - start, to - from).CopyTo(_least.AsSpan(((row + r) * n) + from));
        }

        for (int column = from; column < to; column++)
        {
            Span<float> mirrored = _least.AsSpan((column * n) + row, count);
            for (int r = 0; r < mirrored.Length; r++)
            {
                mirrored[r] = tile[(r * width) + column - start];
            }
        }
    }
}
