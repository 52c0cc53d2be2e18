using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Looks at all pairs of points in different components, in blocks: single-precision products, core distances and neighbour lists exclude most pairs,
/// double precision measures the rest.
/// </summary>
internal sealed unsafe class PanelComponentQueries
{
    private const int RowBlock = 96;
    private readonly MutualReachability _graph;
    private readonly PanelPoints _panels;
    private readonly IComponentEdges _edges;
    private readonly int[] _order;
    private readonly int[] _component;
    private readonly double[] _least;
    private readonly double[] _panelLeast;

    private PanelComponentQueries(MutualReachability graph, PanelPoints panels, IComponentEdges edges, int[] order, int[] componentOf, double[] leastOf)
    {
        _graph = graph;
        _panels = panels;
        _edges = edges;
        _order = order;
        _component = Array.ConvertAll(order, point => componentOf[point]);
        _least = Array.ConvertAll(order, point => leastOf[point]);
        int count = PanelKernel.PanelCount(order.Length), width = PanelKernel.Width;
        _panelLeast = new double[count];
        for (int panel = 0; panel < count; panel++)
        {
            _panelLeast[panel] = double.PositiveInfinity;
            for (int at = panel * width; at < Math.Min(order.Length, (panel + 1) * width); at++)
            {
                _panelLeast[panel] = Math.Min(_panelLeast[panel], _least[at]);
            }
        }
    }

    /// <summary>Offers every edge that may be of use. O(n^2 d) at most, O(n) memory beside the panels.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="panels">Packed anew with the points of <paramref name="order"/>.</param>
    /// <param name="edges">Receives the edges.</param>
    /// <param name="order">The points to look at, grouped by ascending component.</param>
    /// <param name="componentOf">Per point, its component.</param>
    /// <param name="leastOf">Per point, what no edge is below that has not been offered already.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public static void Run(
        MutualReachability graph, PanelPoints panels, IComponentEdges edges, int[] order, int[] componentOf, double[] leastOf,
        int threads, IProgress<double>? progress, CancellationToken ct)
    {
        panels.Pack(order, threads, ct);
        PanelComponentQueries search = new(graph, panels, edges, order, componentOf, leastOf);
        int blocks = (order.Length + RowBlock - 1) / RowBlock, done = 0;
        ParallelBlocks.Run(blocks, threads, () => new Workspace(graph.Points.Dimensions), (block, own) =>
        {
            search.Scan(block * RowBlock, Math.Min(order.Length, (block + 1) * RowBlock), own);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int first, int end, Workspace own)
    {
        int width = PanelKernel.Width, d = _graph.Points.Dimensions, tiles = (end - first + TileKernel.Rows - 1) / TileKernel.Rows;
        for (int t = 0; t < tiles; t++)
        {
            int from = first + (t * TileKernel.Rows), count = Math.Min(TileKernel.Rows, end - from);
            for (int r = 0; r < count; r++)
            {
                own.Positions[r] = from + r;
            }

            _panels.CopyTile(own.Positions.AsSpan(0, count), own.Rows.AsSpan((from - first) * d, TileKernel.Rows * d));
        }

        float* thresholds = stackalloc float[TileKernel.Rows];
        float* tile = stackalloc float[TileKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed, bias = _panels.Bias)
        {
            for (int panel = first / width; panel < _panelLeast.Length; panel++)
            {
                int start = panel * width;
                for (int row = first; row < end; row += TileKernel.Rows)
                {
                    if (!Thresholds(row, Math.Min(TileKernel.Rows, end - row), panel, thresholds))
                    {
                        continue;
                    }

                    Debug.Assert(_panels.IsPanel(start, own.Rows, row - first), "Rows and panel are whole.");
                    uint above = TileKernel.Multiply(rows + ((nint)(row - first) * d), packed + ((nint)start * d), bias + start, d, thresholds, tile);
                    for (; above != 0; above &= above - 1)
                    {
                        int r = BitOperations.TrailingZeroCount(above);
                        Examine(row + r, start, tile + (r * width), thresholds[r]);
                    }
                }
            }
        }
    }

    /// <summary>Per row, what a product with the panel must exceed to be of use; infinity where the row needs no look. False if none does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Thresholds(int row, int count, int panel, float* thresholds)
    {
        int start = panel * PanelKernel.Width;
        int from = _component[start], to = _component[Math.Min(_order.Length, start + PanelKernel.Width) - 1];
        bool any = false;
        int known = -1;
        double limit = -1, squared = 0;
        for (int r = 0; r < TileKernel.Rows; r++)
        {
            thresholds[r] = float.PositiveInfinity;
            if (r >= count)
            {
                continue;
            }

            int own = _component[row + r];
            if (own != known)
            {
                known = own;
                limit = -1;
                for (int other = from; other <= to; other++)
                {
                    limit = other == own ? limit : Math.Max(limit, _edges.Limit(own, other));
                }

                squared = _graph.Points.ToSquared(limit * _graph.Alpha);
            }

            if (limit >= _panelLeast[panel] && limit >= _least[row + r])
            {
                thresholds[r] = _panels.Threshold(row + r, squared);
                any = true;
            }
        }

        return any;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Examine(int row, int start, float* similarities, float threshold)
    {
        for (uint above = TileKernel.Above(similarities, threshold); above != 0; above &= above - 1)
        {
            int column = start + BitOperations.TrailingZeroCount(above);
            if (column > row)
            {
                Try(row, column);
            }
        }
    }

    private void Try(int row, int column)
    {
        int a = _component[row], b = _component[column];
        if (a == b)
        {
            return;
        }

        double limit = _edges.Limit(a, b);
        if (_least[row] > limit || _least[column] > limit)
        {
            return;
        }

        double weight = _graph.Between(_order[row], _order[column]);
        if (weight <= limit)
        {
            _edges.Offer(a, b, new WeightedEdge(_order[row], _order[column], weight));
        }
    }

    private sealed class Workspace(int dimensions)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public int[] Positions { get; } = new int[TileKernel.Rows];
    }
}

/// <summary>The least edges found between components of a forest. Edges have a total order: by weight, then by their ends. Safe for use by many threads.</summary>
internal interface IComponentEdges
{
    /// <summary>A weight above which an edge between two components is of no use; it only ever falls.</summary>
    double Limit(int a, int b);

    /// <summary>Takes an edge between two components in if it is less than what is known.</summary>
    void Offer(int a, int b, in WeightedEdge edge);
}
