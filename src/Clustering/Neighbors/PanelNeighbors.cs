using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest neighbours among many points in many dimensions: single-precision products choose the candidates, double
/// precision measures them, and rows in which the rounding bound leaves a doubt are searched again with every doubtful candidate measured.
/// </summary>
internal sealed unsafe class PanelNeighbors
{
    private const int RowBlock = 96;
    private const int PairBlock = 4 * RowBlock;
    private readonly PointSet _points;
    private readonly PanelPoints _panels;
    private readonly NeighborLists _lists;
    private readonly double[] _beyond;
    private readonly int _certain;
    private float[] _similarities;
    private float[] _thresholds;

    private PanelNeighbors(PointSet points, PanelPoints panels, int k, int certain)
    {
        _points = points;
        _panels = panels;
        _certain = certain;
        _lists = new NeighborLists(k, new int[points.Count * k], new double[points.Count * k]);
        _beyond = new double[points.Count];
        _similarities = new float[points.Count * k];
        _similarities.AsSpan().Fill(float.NegativeInfinity);
        _thresholds = new float[PanelKernel.PanelCount(points.Count) * PanelKernel.Width];
        _thresholds.AsSpan().Fill(float.PositiveInfinity);
        _thresholds.AsSpan(0, points.Count).Fill(float.NegativeInfinity);
    }

    /// <summary>Lists <paramref name="k"/> near other points of every point. O(n^2 d) time, O(n k) memory.</summary>
    /// <param name="points">The points.</param>
    /// <param name="panels">The points packed in their own order.</param>
    /// <param name="k">Neighbours to list, 1 to n - 1.</param>
    /// <param name="certain">How many of them must be the nearest, at most k.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    /// <returns>The lists and, per point, a distance that nothing unlisted is below.</returns>
    public static (NeighborLists Lists, double[] Beyond) Search(
        PointSet points, PanelPoints panels, int k, int certain, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        PanelNeighbors search = new(points, panels, k, certain);
        int n = points.Count, blocks = (n + PairBlock - 1) / PairBlock, done = 0;
        double pairs = blocks * (blocks + 1.0) / 2;
        PairSchedule.Run(blocks, threads, () => new Workspace(points.Dimensions), (first, second, own) =>
        {
            search.ScanPair(first * PairBlock, second * PairBlock, own);
            progress?.Report(Interlocked.Increment(ref done) / pairs);
        }, ct);
        search._thresholds = [];
        bool[] doubtful = new bool[n];
        ParallelBlocks.Run((n + RowBlock - 1) / RowBlock, threads, () => new int[k], (block, candidates) =>
        {
            for (int i = block * RowBlock; i < Math.Min(n, (block + 1) * RowBlock); i++)
            {
                search._lists.IndicesOf(i).CopyTo(candidates);
                doubtful[i] = !search.Measure(i, candidates, search._similarities[(i * k) + k - 1]);
            }
        }, ct);
        search._similarities = [];
        int[] again = [.. Enumerable.Range(0, n).Where(i => doubtful[i])];
        ParallelBlocks.Run((again.Length + TileKernel.Rows - 1) / TileKernel.Rows, threads, () => new Workspace(points.Dimensions), (tile, own) =>
            search.Resolve(again.AsSpan()[(tile * TileKernel.Rows)..Math.Min(again.Length, (tile + 1) * TileKernel.Rows)], own), ct);
        return (search._lists, search._beyond);
    }

    /// <summary>Multiplies two blocks of points; a product serves both of its points, except within one block, where each point looks at all others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanPair(int first, int second, Workspace own)
    {
        int n = _points.Count, width = PanelKernel.Width, d = _points.Dimensions;
        bool both = first != second;
        float* tile = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        float* limits = stackalloc float[TileKernel.Rows];
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias, thresholds = _thresholds)
        {
            for (int from = first; from < Math.Min(n, first + PairBlock); from += RowBlock)
            {
                int end = Math.Min(n, Math.Min(from + RowBlock, first + PairBlock));
                CopyTiles(from, end, own);
                for (int start = second; start < Math.Min(n, second + PairBlock); start += width)
                {
                    for (int row = from; row < end; row += TileKernel.Rows)
                    {
                        int count = Math.Min(TileKernel.Rows, end - row);
                        for (int r = 0; r < TileKernel.Rows; r++)
                        {
                            limits[r] = r < count ? thresholds[row + r] : float.PositiveInfinity;
                        }

                        Debug.Assert(_panels.IsPanel(start, own.Rows, row - from), "Rows and panel are whole.");
                        uint above = TileKernel.Multiply(rows + ((nint)(row - from) * d), packed + ((nint)start * d), bias + start, d, limits, tile);
                        for (; above != 0; above &= above - 1)
                        {
                            int r = BitOperations.TrailingZeroCount(above);
                            KeepForRow(row + r, start, tile + (r * width), thresholds);
                        }

                        for (int r = 0; both && r < count; r++)
                        {
                            KeepForColumns(row + r, start, tile + (r * width), bias, thresholds);
                        }
                    }
                }
            }
        }
    }

    private void CopyTiles(int from, int end, Workspace own)
    {
        int d = _points.Dimensions;
        for (int i = 0; i < RowBlock; i++)
        {
            own.Positions[i] = from + i;
        }

        for (int row = from; row < end; row += TileKernel.Rows)
        {
            int count = Math.Min(TileKernel.Rows, end - row);
            _panels.CopyTile(own.Positions.AsSpan(row - from, count), own.Rows.AsSpan((row - from) * d, TileKernel.Rows * d));
        }
    }

    /// <summary>Offers a row the points of one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeepForRow(int row, int start, float* sums, float* thresholds)
    {
        for (uint above = TileKernel.Above(sums, thresholds[row]); above != 0; above &= above - 1)
        {
            int j = BitOperations.TrailingZeroCount(above);
            if (start + j != row)
            {
                Keep(row, start + j, sums[j], thresholds);
            }
        }
    }

    /// <summary>Offers a row to the points of one panel, by the same products started from the row's bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void KeepForColumns(int row, int start, float* sums, float* bias, float* thresholds)
    {
        for (uint above = TileKernel.AboveTurned(sums, bias + start, bias[row], thresholds + start, sums); above != 0; above &= above - 1)
        {
            int j = BitOperations.TrailingZeroCount(above);
            Keep(start + j, row, sums[j], thresholds);
        }
    }

    /// <summary>Takes a candidate into a point's list, the most similar first; the lower index wins a tie, whatever the order of the offers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(int point, int candidate, float similarity, float* thresholds)
    {
        int k = _lists.Count, at = k - 1;
        Debug.Assert((uint)point < (uint)_points.Count && (uint)candidate < (uint)_points.Count && point != candidate, "Both are points, and not the same.");
        ref float similarities = ref _similarities[point * k];
        ref int indices = ref _lists.Indices[point * k];
        float last = Unsafe.Add(ref similarities, at);
        if (similarity < last || (similarity == last && candidate > Unsafe.Add(ref indices, at)))
        {
            return;
        }

        for (; at > 0; at--)
        {
            float before = Unsafe.Add(ref similarities, at - 1);
            int index = Unsafe.Add(ref indices, at - 1);
            if (before > similarity || (before == similarity && index < candidate))
            {
                break;
            }

            Unsafe.Add(ref similarities, at) = before;
            Unsafe.Add(ref indices, at) = index;
        }

        Unsafe.Add(ref similarities, at) = similarity;
        Unsafe.Add(ref indices, at) = candidate;
        thresholds[point] = MathF.BitDecrement(Unsafe.Add(ref similarities, k - 1));
    }

    /// <summary>Writes a point's list in the order of exact distances; false where it may lack one of the certain neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Measure(int point, ReadOnlySpan<int> candidates, float last)
    {
        int k = _lists.Count;
        NearestList nearest = NearestList.Start(_lists.Indices.AsSpan(point * k, k), _lists.Distances.AsSpan(point * k, k));
        foreach (int candidate in candidates)
        {
            nearest.OfferOrdered(candidate, _points.Squared(point, candidate));
        }

        double least = k == _points.Count - 1 ? double.PositiveInfinity : _panels.LeastSquared(point, last);
        bool certain = _lists.Distances[point * k + _certain - 1] <= least;
        Finish(point, least);
        return certain;
    }

    private void Finish(int point, double leastSquared)
    {
        foreach (ref double distance in _lists.Distances.AsSpan(point * _lists.Count, _lists.Count))
        {
            distance = _points.ToDistance(distance);
        }

        _beyond[point] = _points.ToDistance(leastSquared);
    }

    /// <summary>Searches again for up to a tile of points, measuring whatever the bound does not exclude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Resolve(ReadOnlySpan<int> again, Workspace own)
    {
        int width = PanelKernel.Width, d = _points.Dimensions, k = _lists.Count;
        _panels.CopyTile(again, own.Rows.AsSpan(0, TileKernel.Rows * d));
        own.Thresholds.AsSpan().Fill(float.PositiveInfinity);
        for (int r = 0; r < again.Length; r++)
        {
            _ = NearestList.Start(_lists.Indices.AsSpan(again[r] * k, k), _lists.Distances.AsSpan(again[r] * k, k));
            own.Thresholds[r] = float.MinValue;
        }

        float* tile = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias, thresholds = own.Thresholds)
        {
            for (int start = 0; start < _panels.Count; start += width)
            {
                Debug.Assert(_panels.IsPanel(start, own.Rows, 0), "Rows and panel are whole.");
                uint above = TileKernel.Multiply(rows, packed + ((nint)start * d), bias + start, d, thresholds, tile);
                for (; above != 0; above &= above - 1)
                {
                    int r = BitOperations.TrailingZeroCount(above);
                    thresholds[r] = MeasureAll(again[r], start, tile + (r * width), thresholds[r]);
                }
            }
        }

        foreach (int point in again)
        {
            Finish(point, _lists.Distances[point * k + k - 1]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float MeasureAll(int point, int start, float* candidates, float threshold)
    {
        int k = _lists.Count;
        NearestList nearest = NearestList.Resume(_lists.Indices.AsSpan(point * k, k), _lists.Distances.AsSpan(point * k, k));
        for (uint above = TileKernel.Above(candidates, threshold); above != 0; above &= above - 1)
        {
            int j = BitOperations.TrailingZeroCount(above);
            if (candidates[j] > threshold && start + j != point)
            {
                nearest.Offer(start + j, _points.Squared(point, start + j));
                threshold = _panels.Threshold(point, nearest.Limit);
            }
        }

        return threshold;
    }

    private sealed class Workspace(int dimensions)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public int[] Positions { get; } = new int[RowBlock];

        public float[] Thresholds { get; } = new float[RowBlock];
    }
}
