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
    private readonly PointSet _points;
    private readonly PanelPoints _panels;
    private readonly NeighborLists _lists;
    private readonly double[] _beyond;
    private readonly int _certain;

    private PanelNeighbors(PointSet points, PanelPoints panels, int k, int certain)
    {
        _points = points;
        _panels = panels;
        _certain = certain;
        _lists = new NeighborLists(k, new int[points.Count * k], new double[points.Count * k]);
        _beyond = new double[points.Count];
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
        int n = points.Count, blocks = (n + RowBlock - 1) / RowBlock, done = 0;
        bool[] doubtful = new bool[n];
        Blocks.Run(blocks, threads, () => new Workspace(points.Dimensions, k), (block, own) =>
        {
            search.ScanBlock(block * RowBlock, Math.Min(n, (block + 1) * RowBlock), own, doubtful);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
        int[] again = [.. Enumerable.Range(0, n).Where(i => doubtful[i])];
        Blocks.Run((again.Length + TileKernel.Rows - 1) / TileKernel.Rows, threads, () => new Workspace(points.Dimensions, k), (tile, own) =>
            search.Resolve(again.AsSpan()[(tile * TileKernel.Rows)..Math.Min(again.Length, (tile + 1) * TileKernel.Rows)], own), ct);
        return (search._lists, search._beyond);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanBlock(int first, int end, Workspace own, bool[] doubtful)
    {
        int width = PanelKernel.Width, d = _points.Dimensions, k = _lists.Count, tiles = (end - first + TileKernel.Rows - 1) / TileKernel.Rows;
        for (int i = 0; i < RowBlock; i++)
        {
            own.Positions[i] = first + i;
        }

        for (int t = 0; t < tiles; t++)
        {
            int from = t * TileKernel.Rows, count = Math.Min(TileKernel.Rows, end - first - from);
            _panels.CopyTile(own.Positions.AsSpan(from, count), own.Rows.AsSpan(from * d, TileKernel.Rows * d));
        }

        own.Similarities.AsSpan().Fill(float.NegativeInfinity);
        own.Thresholds.AsSpan().Fill(float.PositiveInfinity);
        own.Thresholds.AsSpan(0, end - first).Fill(float.NegativeInfinity);
        float* tile = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias, thresholds = own.Thresholds)
        {
            for (int start = 0; start < _panels.Count; start += width)
            {
                for (int row = 0; row < tiles * TileKernel.Rows; row += TileKernel.Rows)
                {
                    uint above = TileKernel.Multiply(rows + ((nint)row * d), packed + ((nint)start * d), bias + start, d, thresholds + row, tile);
                    for (; above != 0; above &= above - 1)
                    {
                        int r = BitOperations.TrailingZeroCount(above), at = (row + r) * k;
                        thresholds[row + r] = Keep(tile + (r * width), start, first + row + r, own.Indices.AsSpan(at, k), own.Similarities.AsSpan(at, k));
                    }
                }
            }
        }

        for (int i = first; i < end; i++)
        {
            int at = (i - first) * k;
            doubtful[i] = !Measure(i, own.Indices.AsSpan(at, k), own.Similarities[at + k - 1]);
        }
    }

    /// <summary>Inserts the candidates of one panel that beat the last one kept, and returns what the next must beat.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Keep(float* candidates, int start, int self, Span<int> indices, Span<float> similarities)
    {
        int last = similarities.Length - 1;
        for (uint above = TileKernel.Above(candidates, similarities[last]); above != 0; above &= above - 1)
        {
            int j = BitOperations.TrailingZeroCount(above);
            float similarity = candidates[j];
            if (!(similarity > similarities[last]) || start + j == self)
            {
                continue;
            }

            SimilarityOrder.Insert(similarities, indices, similarity, start + j);
        }

        return similarities[last];
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

    private sealed class Workspace(int dimensions, int k)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public int[] Indices { get; } = new int[RowBlock * k];

        public int[] Positions { get; } = new int[RowBlock];

        public float[] Thresholds { get; } = new float[RowBlock];

        public float[] Similarities { get; } = new float[RowBlock * k];
    }
}
