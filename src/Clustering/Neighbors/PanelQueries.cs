using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest points of many new points: single-precision products with a rigorous bound exclude, double precision measures whatever is left. The
/// panels are packed once and can be searched often; for a few new points <see cref="NeighborScan"/> does without them.
/// </summary>
internal sealed unsafe class PanelQueries
{
    private readonly PointSet _points;
    private readonly PanelPoints _panels;

    /// <summary>Packs the points. O(n d).</summary>
    public PanelQueries(PointSet points, int threads, CancellationToken ct)
    {
        _points = points;
        _panels = PanelPoints.Create(points, threads, ct);
        _panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
    }

    /// <summary>The <paramref name="k"/> nearest points of each query, the lowest index first among equals. O(q n d) time, O(q k) memory.</summary>
    /// <param name="queries">The points searched for, of the same dimensions and metric. A query's answer does not depend on the others.</param>
    /// <param name="k">Neighbours per query, 1 to n.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public NeighborLists Search(PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NeighborLists lists = new(k, new int[queries.Count * k], new double[queries.Count * k]);
        int tiles = (queries.Count + TileKernel.Rows - 1) / TileKernel.Rows, done = 0;
        ParallelBlocks.Run(tiles, threads, () => new Workspace(_points.Dimensions), (tile, own) =>
        {
            int first = tile * TileKernel.Rows, count = Math.Min(TileKernel.Rows, queries.Count - first);
            for (int q = first; q < first + count; q++)
                _ = NearestList.Start(lists.Indices.AsSpan(q * k, k), lists.Distances.AsSpan(q * k, k));
            ScanTile(queries, first, count, lists, own);
            foreach (ref double distance in lists.Distances.AsSpan(first * k, count * k))
                distance = _points.ToDistance(distance);
            progress?.Report((double)Interlocked.Increment(ref done) / tiles);
        }, ct);
        return lists;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanTile(PointSet queries, int first, int count, NeighborLists lists, Workspace own)
    {
        int width = PanelKernel.Width, d = _points.Dimensions;
        own.Rows.AsSpan().Clear();
        own.Thresholds.AsSpan().Fill(float.PositiveInfinity);
        for (int r = 0; r < count; r++)
        {
            own.Squares[r] = _panels.Place(queries.Given(first + r), queries.ScaleOf(first + r), own.Rows.AsSpan(r), TileKernel.Rows);
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
                    thresholds[r] = Measure(queries, first + r, own.Squares[r], start, tile + (r * width), thresholds[r], lists);
                }
            }
        }
    }

    /// <summary>Measures what one panel holds above the threshold, and returns what the next must exceed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Measure(PointSet queries, int query, double squares, int start, float* sums, float threshold, NeighborLists lists)
    {
        int k = lists.Count;
        for (uint above = TileKernel.Above(sums, threshold); above != 0; above &= above - 1)
        {
            int j = BitOperations.TrailingZeroCount(above);
            if (!(sums[j] > threshold))
                continue;
            NearestList nearest = NearestList.Resume(lists.Indices.AsSpan(query * k, k), lists.Distances.AsSpan(query * k, k));
            nearest.Offer(start + j, _points.Squared(start + j, queries, query));
            threshold = _panels.Threshold(squares, nearest.Limit);
        }

        return threshold;
    }

    private sealed class Workspace(int dimensions)
    {
        public float[] Rows { get; } = new float[TileKernel.Rows * dimensions];

        public float[] Thresholds { get; } = new float[TileKernel.Rows];

        public double[] Squares { get; } = new double[TileKernel.Rows];
    }
}
