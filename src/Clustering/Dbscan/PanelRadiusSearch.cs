using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Points within radii by comparing all pairs: single-precision products leave out what is certainly farther, double precision measures the rest. Memory: 4 bytes a coordinate and, for each thread, 16 bytes for each point within the radius of one of 96 points.</summary>
internal sealed unsafe class PanelRadiusSearch : IRadiusSearch
{
    private const int RowBlock = 8 * TileKernel.Rows;
    private readonly PointSet _points;
    private readonly PanelPoints _panels;

    /// <summary>Packs the points. O(n d).</summary>
    public PanelRadiusSearch(PointSet points, int threads, CancellationToken ct)
    {
        _points = points;
        _panels = PanelPoints.Create(points, threads, ct);
        _panels.Pack(Enumerable.Range(0, points.Count).ToArray(), threads, ct);
    }

    /// <inheritdoc/>
    public void Run(double[] squaredRadii, Action<int, List<(int Point, double Squared)>> found, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = _points.Count, blocks = (n + RowBlock - 1) / RowBlock, done = 0;
        ParallelBlocks.Run(blocks, threads, () => new Workspace(_points.Dimensions), (block, own) =>
        {
            int first = block * RowBlock, end = Math.Min(n, first + RowBlock);
            Scan(first, end, squaredRadii, own);
            for (int i = first; i < end; i++)
            {
                found(i, own.Hits[i - first]);
                own.Hits[i - first].Clear();
            }

            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int first, int end, double[] squaredRadii, Workspace own)
    {
        int width = PanelKernel.Width, d = _points.Dimensions, tiles = (end - first + TileKernel.Rows - 1) / TileKernel.Rows;
        own.Thresholds.AsSpan().Fill(float.PositiveInfinity);
        for (int i = first; i < end; i++)
        {
            own.Positions[i - first] = i;
            own.Thresholds[i - first] = _panels.Threshold(i, squaredRadii[i]);
        }

        for (int tile = 0; tile < tiles; tile++)
        {
            int from = tile * TileKernel.Rows, count = Math.Min(TileKernel.Rows, end - first - from);
            _panels.CopyTile(own.Positions.AsSpan(from, count), own.Rows.AsSpan(from * d, TileKernel.Rows * d));
        }

        float* sums = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias, thresholds = own.Thresholds)
        {
            for (int start = 0; start < _panels.Count; start += width)
            {
                for (int row = 0; row < tiles * TileKernel.Rows; row += TileKernel.Rows)
                {
                    Debug.Assert(_panels.IsPanel(start, own.Rows, row), "Rows and panel are whole.");
                    uint above = TileKernel.Multiply(rows + ((nint)row * d), packed + ((nint)start * d), bias + start, d, thresholds + row, sums);
                    for (; above != 0; above &= above - 1)
                    {
                        int r = BitOperations.TrailingZeroCount(above);
                        Measure(first + row + r, start, TileKernel.Above(sums + (r * width), thresholds[row + r]), squaredRadii, own.Hits[row + r]);
                    }
                }
            }
        }
    }

    private void Measure(int point, int start, uint candidates, double[] squaredRadii, List<(int Point, double Squared)> hits)
    {
        for (; candidates != 0; candidates &= candidates - 1)
        {
            int other = start + BitOperations.TrailingZeroCount(candidates);
            if (other == point)
            {
                continue;
            }

            double squared = _points.Squared(point, other);
            if (squared <= squaredRadii[point])
            {
                hits.Add((other, squared));
            }
        }
    }

    private sealed class Workspace(int dimensions)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public int[] Positions { get; } = new int[RowBlock];

        public float[] Thresholds { get; } = new float[RowBlock];

        public List<(int Point, double Squared)>[] Hits { get; } = [.. Enumerable.Range(0, RowBlock).Select(_ => new List<(int Point, double Squared)>())];
    }
}
