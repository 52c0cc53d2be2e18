using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The exact neighbours of a limited number of points, those whose listed neighbours are farthest away. NN-descent misses most where points lie alone, as
/// neighbours of their neighbours are hardly nearer than others; there a neighbour missed makes a core distance and an edge of the tree longer.
/// </summary>
internal sealed unsafe class FarthestPoints
{
    /// <summary>One point in so many is searched for again.</summary>
    private const int ShareSearched = 8;

    /// <summary>No more than so many are, which keeps the work linear.</summary>
    private const int MostSearched = 4096;

    private const int RowBlock = 96;
    private readonly PointSet _points;
    private readonly PanelPoints _panels;
    private readonly NeighborLists _lists;
    private readonly int[] _far;
    private readonly float[] _thresholds;
    private readonly Lock[] _gates;

    private FarthestPoints(PointSet points, NeighborLists lists, int[] far, int threads, CancellationToken ct)
    {
        _points = points;
        _lists = lists;
        _far = far;
        _panels = PanelPoints.Create(points, far.Length, threads, ct);
        _panels.Pack(far, threads, ct);
        _thresholds = new float[_panels.Bias.Length];
        _thresholds.AsSpan().Fill(float.PositiveInfinity);
        _gates = new Lock[far.Length];
        for (int at = 0; at < far.Length; at++)
        {
            _gates[at] = new Lock();
            _thresholds[at] = _panels.Threshold(at, points.ToSquared(lists.DistancesOf(far[at])[^1]) * (1 + 1e-9));
            _ = NearestList.Start(lists.Indices.AsSpan(far[at] * lists.Count, lists.Count), lists.Distances.AsSpan(far[at] * lists.Count, lists.Count));
        }
    }

    /// <summary>Makes the lists of the farthest points exact. O(min(n / 8, 4096) n d) time.</summary>
    /// <param name="points">The points.</param>
    /// <param name="lists">Near neighbours of every point, whole; those of the farthest are replaced.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public static void Search(PointSet points, NeighborLists lists, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = points.Count, blocks = (n + RowBlock - 1) / RowBlock, done = 0;
        double[] farthest = new double[n];
        for (int i = 0; i < n; i++)
        {
            farthest[i] = lists.DistancesOf(i)[^1];
        }

        int[] far = RadixSort.Of(farthest)[^Math.Min(MostSearched, n / ShareSearched)..];
        if (far.Length == 0)
        {
            return;
        }

        FarthestPoints search = new(points, lists, far, threads, ct);
        ParallelBlocks.Run(blocks, threads, () => new Workspace(points.Dimensions), (block, own) =>
        {
            search.Scan(block * RowBlock, Math.Min(n, (block + 1) * RowBlock), own);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
        foreach (int point in far)
        {
            foreach (ref double distance in lists.Distances.AsSpan(point * lists.Count, lists.Count))
            {
                distance = points.ToDistance(distance);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int first, int end, Workspace own)
    {
        int width = PanelKernel.Width, d = _points.Dimensions;
        own.Rows.AsSpan().Clear();
        for (int row = first; row < end; row++)
        {
            int tile = (row - first) / TileKernel.Rows, r = (row - first) % TileKernel.Rows;
            double squares = _panels.Place(_points.Given(row), _points.ScaleOf(row), own.Rows.AsSpan((tile * TileKernel.Rows * d) + r), TileKernel.Rows);
            own.Bias[row - first] = (float)(-0.5 * squares);
        }

        float* sums = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        float* never = stackalloc float[TileKernel.Rows];
        new Span<float>(never, TileKernel.Rows).Fill(float.PositiveInfinity);
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias, thresholds = _thresholds)
        {
            for (int start = 0; start < _far.Length; start += width)
            {
                for (int row = first; row < end; row += TileKernel.Rows)
                {
                    Debug.Assert(_panels.IsPanel(start, own.Rows, row - first), "Rows and panel are whole.");
                    _ = TileKernel.Multiply(rows + ((nint)(row - first) * d), packed + ((nint)start * d), bias + start, d, never, sums);
                    for (int r = 0; r < Math.Min(TileKernel.Rows, end - row); r++)
                    {
                        float* turned = sums + (r * width);
                        for (uint above = TileKernel.AboveTurned(turned, bias + start, own.Bias[row - first + r], thresholds + start, turned); above != 0; above &= above - 1)
                        {
                            Measure(start + BitOperations.TrailingZeroCount(above), row + r);
                        }
                    }
                }
            }
        }
    }

    private void Measure(int at, int candidate)
    {
        int point = _far[at];
        if (point == candidate)
        {
            return;
        }

        double squared = _points.Squared(point, candidate);
        lock (_gates[at])
        {
            NearestList.Resume(_lists.Indices.AsSpan(point * _lists.Count, _lists.Count), _lists.Distances.AsSpan(point * _lists.Count, _lists.Count)).OfferOrdered(candidate, squared);
        }
    }

    private sealed class Workspace(int dimensions)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public float[] Bias { get; } = new float[RowBlock];
    }
}
