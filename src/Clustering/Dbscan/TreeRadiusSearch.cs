using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Points within radii by a balanced kd-tree whose leaves are <see cref="CentroidScan"/> blocks. Node i has children 2i + 1 and 2i + 2.
/// O(n log^2 n) time to build, 16 to 24 bytes a coordinate, the widened rows of the points among them.
/// </summary>
internal sealed class TreeRadiusSearch : IRadiusSearch
{
    private const int LeafBlocks = 4;
    private const int LeafSize = LeafBlocks * CentroidScan.Lanes;
    private const int QueryBlock = 256;

    // The sums to a box and to a block of points are rounded in other orders than the distance of two points.
    private const double Hair = 1 + 1e-12;
    private readonly PointSet _points;
    private readonly int[] _order;
    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly double[] _low;
    private readonly double[] _high;
    private readonly double[][] _blocks;
    private readonly int _firstLeaf;

    /// <summary>Builds the tree; its shape depends on the points only.</summary>
    public TreeRadiusSearch(PointSet points, CancellationToken ct)
    {
        int depth = 0;
        while (points.Count >> depth > LeafSize - 1)
        {
            depth++;
        }

        int nodes = (1 << (depth + 1)) - 1;
        _points = points;
        _firstLeaf = (1 << depth) - 1;
        _starts = new int[nodes];
        _ends = new int[nodes];
        _low = new double[nodes * points.Dimensions];
        _high = new double[nodes * points.Dimensions];
        _blocks = new double[(1 << depth) * LeafBlocks][];
        _order = [.. Enumerable.Range(0, points.Count)];
        Split(0, 0, points.Count, new double[points.Count], ct);
    }

    /// <inheritdoc/>
    public void Run(double[] squaredRadii, Action<int, List<(int Point, double Squared)>> found, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int blocks = (_points.Count + QueryBlock - 1) / QueryBlock, done = 0;
        Blocks.Run(blocks, threads, () => (Hits: new List<(int Point, double Squared)>(), Squares: new double[LeafSize]), (block, own) =>
        {
            for (int at = block * QueryBlock; at < Math.Min(_points.Count, (block + 1) * QueryBlock); at++)
            {
                int point = _order[at];
                own.Hits.Clear();
                Visit(0, point, _points.Row(point), squaredRadii[point], own.Squares, own.Hits);
                found(point, own.Hits);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(int node, int point, ReadOnlySpan<double> row, double squaredRadius, double[] squares, List<(int Point, double Squared)> hits)
    {
        if (SquaredToBox(node, row) > squaredRadius * Hair)
        {
            return;
        }

        if (node < _firstLeaf)
        {
            Visit(2 * node + 1, point, row, squaredRadius, squares, hits);
            Visit(2 * node + 2, point, row, squaredRadius, squares, hits);
            return;
        }

        int first = (node - _firstLeaf) * LeafBlocks, start = _starts[node], count = _ends[node] - start;
        CentroidScan.Squares(_blocks.AsSpan(first, LeafBlocks), row, squares);
        for (int i = 0; i < count; i++)
        {
            int other = _order[start + i];
            if (squares[i] > squaredRadius * Hair || other == point)
            {
                continue;
            }

            double squared = _points.Squared(point, other);
            if (squared <= squaredRadius)
            {
                hits.Add((other, squared));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double SquaredToBox(int node, ReadOnlySpan<double> row)
    {
        ReadOnlySpan<double> low = _low.AsSpan(node * row.Length, row.Length), high = _high.AsSpan(node * row.Length, row.Length);
        double sum = 0;
        for (int t = 0; t < row.Length; t++)
        {
            double outside = Math.Max(Math.Max(low[t] - row[t], row[t] - high[t]), 0);
            sum += outside * outside;
        }

        return sum;
    }

    private void Split(int node, int start, int end, double[] keys, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _starts[node] = start;
        _ends[node] = end;
        int widest = Bound(node, start, end);
        if (node >= _firstLeaf)
        {
            Fill((node - _firstLeaf) * LeafBlocks, start, end);
            return;
        }

        for (int i = start; i < end; i++)
        {
            keys[i] = _points.Row(_order[i])[widest];
        }

        Array.Sort(keys, _order, start, end - start);
        int middle = start + (end - start) / 2;
        Split(2 * node + 1, start, middle, keys, ct);
        Split(2 * node + 2, middle, end, keys, ct);
    }

    /// <summary>Computes a node's box and returns its widest side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Bound(int node, int start, int end)
    {
        int d = _points.Dimensions, widest = 0;
        Span<double> low = _low.AsSpan(node * d, d), high = _high.AsSpan(node * d, d);
        low.Fill(double.PositiveInfinity);
        high.Fill(double.NegativeInfinity);
        foreach (int point in _order.AsSpan(start, end - start))
        {
            ReadOnlySpan<double> row = _points.Row(point);
            for (int t = 0; t < d; t++)
            {
                low[t] = Math.Min(low[t], row[t]);
                high[t] = Math.Max(high[t], row[t]);
            }
        }

        for (int t = 1; t < d; t++)
        {
            widest = high[t] - low[t] > high[widest] - low[widest] ? t : widest;
        }

        return widest;
    }

    private void Fill(int firstBlock, int start, int end)
    {
        int d = _points.Dimensions;
        for (int block = 0; block < LeafBlocks; block++)
        {
            _blocks[firstBlock + block] = new double[d * CentroidScan.Lanes];
        }

        for (int at = start; at < end; at++)
        {
            int place = at - start;
            double[] block = _blocks[firstBlock + place / CentroidScan.Lanes];
            ReadOnlySpan<double> row = _points.Row(_order[at]);
            for (int t = 0; t < d; t++)
            {
                block[t * CentroidScan.Lanes + place % CentroidScan.Lanes] = row[t];
            }
        }
    }
}
