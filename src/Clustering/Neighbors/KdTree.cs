using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// A balanced kd-tree (Bentley 1975) over points, with its rows copied into leaf order. Node i has children 2i + 1 and
/// 2i + 2; each splits its points in half along the widest side of its box. O(n log n) time to build, 8 n d bytes.
/// </summary>
internal sealed class KdTree
{
    private const int LeafSize = 16;
    private readonly double[] _rows;
    private readonly double[] _low;
    private readonly double[] _high;

    private KdTree(PointSet points, int depth)
    {
        Points = points;
        int nodes = (1 << (depth + 1)) - 1;
        FirstLeaf = (1 << depth) - 1;
        Starts = new int[nodes];
        Ends = new int[nodes];
        Order = new int[points.Count];
        _rows = new double[points.Count * points.Dimensions];
        _low = new double[nodes * points.Dimensions];
        _high = new double[nodes * points.Dimensions];
    }

    /// <summary>The points.</summary>
    public PointSet Points { get; }

    /// <summary>The point at each position in leaf order.</summary>
    public int[] Order { get; }

    /// <summary>Per node, its first position.</summary>
    public int[] Starts { get; }

    /// <summary>Per node, the position after its last.</summary>
    public int[] Ends { get; }

    /// <summary>Nodes from this number on are leaves.</summary>
    public int FirstLeaf { get; }

    /// <summary>Builds the tree; its shape depends on the points only.</summary>
    public static KdTree Build(PointSet points)
    {
        int depth = 0;
        while (points.Count >> depth > LeafSize)
        {
            depth++;
        }

        KdTree tree = new(points, depth);
        for (int i = 0; i < points.Count; i++)
        {
            tree.Order[i] = i;
        }

        tree.Split(0, 0, points.Count, new double[points.Count]);
        for (int i = 0; i < points.Count; i++)
        {
            points.Row(tree.Order[i]).CopyTo(tree._rows.AsSpan(i * points.Dimensions));
        }

        return tree;
    }

    /// <summary>The row at a position in leaf order.</summary>
    public ReadOnlySpan<double> RowAt(int position) => _rows.AsSpan(position * Points.Dimensions, Points.Dimensions);

    /// <summary>
    /// The squared distance from a row to a node's box. Terms are added in feature order, so that rounding never lifts it
    /// above the computed squared distance of a point in the box when rows are shorter than <see cref="RowDistance.LaneThreshold"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double SquaredDistanceToBox(ReadOnlySpan<double> row, int node)
    {
        int d = row.Length;
        ReadOnlySpan<double> low = _low.AsSpan(node * d, d), high = _high.AsSpan(node * d, d);
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double outside = Math.Max(Math.Max(low[i] - row[i], row[i] - high[i]), 0);
            sum += outside * outside;
        }

        return sum;
    }

    /// <summary>The exact nearest neighbours of each query; see <see cref="BruteForceNeighbors.Search"/>, but a tie is broken by the tree's shape. About O(q log n) in few dimensions.</summary>
    public NeighborLists Search(PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = queries.Count;
        int[] indices = new int[n * k];
        double[] distances = new double[n * k];
        bool same = ReferenceEquals(queries, Points);
        const int Block = 256;
        int blocks = (n + Block - 1) / Block, done = 0;
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = ct }, b =>
        {
            for (int i = b * Block; i < Math.Min(n, (b + 1) * Block); i++)
            {
                int query = same ? Order[i] : i;
                NearestList nearest = NearestList.Start(indices.AsSpan(query * k, k), distances.AsSpan(query * k, k));
                Visit(queries.Row(query), 0, 0, same ? query : -1, nearest);
                foreach (ref double distance in distances.AsSpan(query * k, k))
                {
                    distance = Points.ToDistance(distance);
                }
            }

            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        });
        return new NeighborLists(k, indices, distances);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(ReadOnlySpan<double> row, int node, double squaredToBox, int self, NearestList nearest)
    {
        if (squaredToBox >= nearest.Limit)
        {
            return;
        }

        if (node >= FirstLeaf)
        {
            for (int position = Starts[node]; position < Ends[node]; position++)
            {
                if (Order[position] != self)
                {
                    nearest.Offer(Order[position], RowDistance.Squared(row, RowAt(position)));
                }
            }

            return;
        }

        int left = 2 * node + 1;
        double toLeft = SquaredDistanceToBox(row, left), toRight = SquaredDistanceToBox(row, left + 1);
        if (toLeft <= toRight)
        {
            Visit(row, left, toLeft, self, nearest);
            Visit(row, left + 1, toRight, self, nearest);
        }
        else
        {
            Visit(row, left + 1, toRight, self, nearest);
            Visit(row, left, toLeft, self, nearest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split(int node, int start, int end, double[] keys)
    {
        Starts[node] = start;
        Ends[node] = end;
        int d = Points.Dimensions;
        Span<double> low = _low.AsSpan(node * d, d), high = _high.AsSpan(node * d, d);
        low.Fill(double.PositiveInfinity);
        high.Fill(double.NegativeInfinity);
        foreach (int point in Order.AsSpan(start, end - start))
        {
            ReadOnlySpan<double> row = Points.Row(point);
            for (int i = 0; i < d; i++)
            {
                low[i] = Math.Min(low[i], row[i]);
                high[i] = Math.Max(high[i], row[i]);
            }
        }

        if (node >= FirstLeaf)
        {
            return;
        }

        int widest = 0;
        for (int i = 1; i < d; i++)
        {
            widest = high[i] - low[i] > high[widest] - low[widest] ? i : widest;
        }

        for (int i = start; i < end; i++)
        {
            keys[i] = Points.Row(Order[i])[widest];
        }

        int middle = start + (end - start) / 2;
        MedianPartition.Select(keys, Order, start, end, middle);
        Split(2 * node + 1, start, middle, keys);
        Split(2 * node + 2, middle, end, keys);
    }
}
