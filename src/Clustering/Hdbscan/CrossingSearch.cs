using System.Numerics;

namespace Pipeline.Clustering;

/// <summary>
/// Looks at all pairs of points in different components, in blocks: single-precision products, core distances and neighbour lists exclude most pairs,
/// double precision measures the rest.
/// </summary>
internal sealed unsafe class CrossingSearch
{
    private const int RowBlock = 96;
    private readonly MutualReachability _graph;
    private readonly PanelPoints _panels;
    private readonly IComponentEdges _edges;
    private readonly int[] _order;
    private readonly int[] _component;
    private readonly double[] _least;
    private readonly float[] _leastBelow;
    private readonly double[] _panelLeast;

    private CrossingSearch(MutualReachability graph, PanelPoints panels, IComponentEdges edges, int[] order, int[] componentOf, double[] leastOf)
    {
        _graph = graph;
        _panels = panels;
        _edges = edges;
        _order = order;
        _component = Array.ConvertAll(order, point => componentOf[point]);
        _least = Array.ConvertAll(order, point => leastOf[point]);
        int count = PanelKernel.PanelCount(order.Length), width = PanelKernel.Width;
        _leastBelow = new float[count * width];
        _panelLeast = new double[count];
        for (int panel = 0; panel < count; panel++)
        {
            _panelLeast[panel] = double.PositiveInfinity;
            for (int at = panel * width; at < Math.Min(order.Length, (panel + 1) * width); at++)
            {
                _panelLeast[panel] = Math.Min(_panelLeast[panel], _least[at]);
                _leastBelow[at] = MathF.BitDecrement((float)_least[at]);
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
        CrossingSearch search = new(graph, panels, edges, order, componentOf, leastOf);
        int blocks = (order.Length + RowBlock - 1) / RowBlock, done = 0;
        Blocks.Run(blocks, threads, () => new float[RowBlock * graph.Points.Dimensions], (block, rows) =>
        {
            search.Scan(block * RowBlock, Math.Min(order.Length, (block + 1) * RowBlock), rows);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    private void Scan(int first, int end, float[] own)
    {
        int width = PanelKernel.Width, d = _graph.Points.Dimensions;
        for (int i = first; i < end; i++)
        {
            _panels.CopyRow(i, own.AsSpan((i - first) * d, d));
        }

        double* limits = stackalloc double[PanelKernel.Rows];
        float* tile = stackalloc float[PanelKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own, packed = _panels.Packed)
        {
            for (int panel = first / width; panel < _panelLeast.Length; panel++)
            {
                int start = panel * width;
                for (int i = first; i < end; i += PanelKernel.Rows)
                {
                    int count = Math.Min(PanelKernel.Rows, end - i);
                    if (!Limits(i, count, panel, limits))
                    {
                        continue;
                    }

                    for (int r = 0; r < PanelKernel.Rows; r++)
                    {
                        _panels.Bias.AsSpan(start, width).CopyTo(new Span<float>(tile + (r * width), width));
                    }

                    PanelKernel.Accumulate(rows + ((nint)(i - first) * d), count, d, 1, packed + ((nint)start * d), d, tile);
                    for (int r = 0; r < count; r++)
                    {
                        if (limits[r] >= 0)
                        {
                            Examine(i + r, start, new ReadOnlySpan<float>(tile + (r * width), width), limits[r]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Per row, the weight above which no edge into a panel is of use; below 0 where the row needs no look. False if none does.</summary>
    private bool Limits(int row, int count, int panel, double* limits)
    {
        int start = panel * PanelKernel.Width;
        int from = _component[start], to = _component[Math.Min(_order.Length, start + PanelKernel.Width) - 1];
        bool any = false;
        int known = -1;
        double limit = -1;
        for (int r = 0; r < count; r++)
        {
            int own = _component[row + r];
            if (own != known)
            {
                known = own;
                limit = -1;
                for (int other = from; other <= to; other++)
                {
                    limit = other == own ? limit : Math.Max(limit, _edges.Limit(own, other));
                }
            }

            bool needed = limit >= _panelLeast[panel] && limit >= _least[row + r];
            limits[r] = needed ? limit : -1;
            any |= needed;
        }

        return any;
    }

    private void Examine(int row, int start, ReadOnlySpan<float> similarities, double limit)
    {
        float threshold = _panels.Threshold(row, _graph.Points.ToSquared(limit * _graph.Alpha));
        float above = MathF.BitIncrement((float)limit);
        Vector<float> thresholds = Vector.Create(threshold), limits = Vector.Create(above);
        bool any = false;
        for (int j = 0; j < similarities.Length; j += Vector<float>.Count)
        {
            any |= Vector.BitwiseAnd(
                Vector.GreaterThanOrEqual(Vector.Create(similarities[j..]), thresholds),
                Vector.LessThanOrEqual(Vector.Create(_leastBelow.AsSpan(start + j)), limits)) != Vector<int>.Zero;
        }

        if (!any)
        {
            return;
        }

        for (int j = Math.Max(0, row + 1 - start); j < similarities.Length && start + j < _order.Length; j++)
        {
            if (similarities[j] >= threshold && _leastBelow[start + j] <= above)
            {
                Try(row, start + j);
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
}
