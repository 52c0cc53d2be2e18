using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// A kd-tree (Bentley 1975) whose nodes have eight children: leaves of <see cref="LeafSize"/> points, and on each level the node c stands for the nodes
/// 8c to 8c + 7 of the level below, so that one vector of numbers describes all children of a node. Every split goes through the points in half, as
/// nearly as full nodes allow, across the coordinate in which a sample of them is widest. O(n log n) time to build, about 5 n d + 4 n bytes.
/// </summary>
internal sealed class KdTree
{
    /// <summary>Points of a leaf; only the last leaf may have fewer.</summary>
    public const int LeafSize = 16;

    /// <summary>Children of a node.</summary>
    public const int Fan = 8;

    private const int SampledPoints = 64;
    private const int LeavesWorthAThread = 64;

    private KdTree(PointSet points)
    {
        Points = points;
        LeafCount = (points.Count + LeafSize - 1) / LeafSize;
        Order = new int[points.Count];
        List<int> starts = [0];
        int nodes = LeafCount;
        for (; nodes > Fan; nodes = (nodes + Fan - 1) / Fan)
        {
            starts.Add(starts[^1] + ((nodes + Fan - 1) / Fan));
        }

        LevelStarts = [.. starts];
        BlockCount = starts[^1] + 1;
        Rows = GC.AllocateUninitializedArray<float>(LeafCount * LeafSize * points.Dimensions);
        Scales = points.IsScaled ? new double[LeafCount * LeafSize] : [];
        Scales.AsSpan().Fill(1);
        Boxes = GC.AllocateUninitializedArray<float>(BlockCount * 2 * Fan * points.Dimensions);
    }

    /// <summary>The points.</summary>
    public PointSet Points { get; }

    /// <summary>The point at each position: leaf c holds the positions from <see cref="LeafSize"/> c on.</summary>
    public int[] Order { get; }

    /// <summary>The number of leaves.</summary>
    public int LeafCount { get; }

    /// <summary>Per level from the leaves up, its first block; a block is the eight children of one node, and the last block those of the root.</summary>
    public int[] LevelStarts { get; }

    /// <summary>The number of blocks on all levels.</summary>
    public int BlockCount { get; }

    /// <summary>Per leaf, d x <see cref="LeafSize"/> coordinates as they were given; infinite past the last point.</summary>
    public float[] Rows { get; }

    /// <summary>Per position, what its row is multiplied by; empty where that is 1.</summary>
    public double[] Scales { get; }

    /// <summary>Per block, d x (8 lower ends and 8 upper ends) of the children's boxes; a missing child's box is infinitely far away.</summary>
    public float[] Boxes { get; }

    /// <summary>Builds the tree; its shape depends on the points only.</summary>
    /// <param name="points">The points, in fewer dimensions than <see cref="RowDistance.LaneThreshold"/>.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="ct">Stops the work.</param>
    public static KdTree Build(PointSet points, int threads, CancellationToken ct)
    {
        KdTree tree = new(points);
        tree.Arrange(threads, ct);
        int leafBlocks = tree.LevelStarts.Length > 1 ? tree.LevelStarts[1] : tree.BlockCount;
        ParallelBlocks.Run(leafBlocks, threads, () => tree, (block, own) => own.FillLeaves(block), ct);
        for (int level = 1; level < tree.LevelStarts.Length; level++)
        {
            tree.FillLevel(level);
        }

        return tree;
    }

    /// <summary>Copies the row at a position, in double precision. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyRow(int position, Span<double> row)
    {
        int at = (position / LeafSize * row.Length * LeafSize) + (position % LeafSize);
        double scale = Scales.Length > 0 ? Scales[position] : 1;
        for (int t = 0; t < row.Length; t++, at += LeafSize)
        {
            row[t] = Rows[at] * scale;
        }
    }

    /// <summary>Each query's exact nearest neighbours; see <see cref="BruteForceNeighbors.Search"/>, but a tie is broken by the tree's shape. About O(q log n) in few dimensions.</summary>
    public NeighborLists Search(PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct) =>
        KdSearch.Run(this, queries, k, threads, progress, ct);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Arrange(int threads, CancellationToken ct)
    {
        for (int i = 0; i < Order.Length; i++)
        {
            Order[i] = i;
        }

        float[] keys = GC.AllocateUninitializedArray<float>(Order.Length);
        List<(int Leaf, int Count)> ranges = [(0, LeafCount)];
        while (ranges.Count < 4 * threads && ranges.TrueForAll(range => range.Count > LeavesWorthAThread))
        {
            (int Leaf, int Count)[] halves = new (int, int)[2 * ranges.Count];
            List<(int Leaf, int Count)> whole = ranges;
            ParallelBlocks.Run(whole.Count, threads, () => keys, (i, own) =>
            {
                int left = SplitOnce(whole[i].Leaf, whole[i].Count, own);
                halves[2 * i] = (whole[i].Leaf, left);
                halves[(2 * i) + 1] = (whole[i].Leaf + left, whole[i].Count - left);
            }, ct);
            ranges = [.. halves];
        }

        ParallelBlocks.Run(ranges.Count, threads, () => keys, (i, own) => Split(ranges[i].Leaf, ranges[i].Count, own), ct);
    }

    private void Split(int leaf, int count, float[] keys)
    {
        if (count > 1)
        {
            int left = SplitOnce(leaf, count, keys);
            Split(leaf, left, keys);
            Split(leaf + left, count - left, keys);
        }
    }

    /// <summary>Splits a range of leaves at the border of nodes on the highest level that has one inside; returns the number of leaves of its first part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SplitOnce(int leaf, int count, float[] keys)
    {
        int whole = 1;
        while (whole * Fan < count)
        {
            whole *= Fan;
        }

        int left = (count + whole - 1) / whole / 2 * whole;
        int start = leaf * LeafSize, end = Math.Min(Order.Length, (leaf + count) * LeafSize);
        int d = Points.Dimensions, widest = Widest(start, end);
        ReadOnlySpan<float> source = Points.Source;
        for (int i = start; i < end; i++)
        {
            keys[i] = Coordinate(source, Order[i], d, widest);
        }

        MedianPartition.Select(keys, Order, start, end, start + (left * LeafSize));
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Widest(int start, int end)
    {
        int d = Points.Dimensions, widest = 0, step = (end - start + SampledPoints - 1) / SampledPoints;
        ReadOnlySpan<float> source = Points.Source;
        float most = -1;
        for (int t = 0; t < d; t++)
        {
            float low = float.PositiveInfinity, high = float.NegativeInfinity;
            for (int i = start; i < end; i += step)
            {
                float value = Coordinate(source, Order[i], d, t);
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }

            if (high - low > most)
            {
                (widest, most) = (t, high - low);
            }
        }

        return widest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Coordinate(ReadOnlySpan<float> source, int point, int d, int t) =>
        Scales.Length > 0 ? (float)(source[(point * d) + t] * Points.ScaleOf(point)) : source[(point * d) + t];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillLeaves(int block)
    {
        int d = Points.Dimensions;
        ReadOnlySpan<float> source = Points.Source;
        ClearBox(block);
        for (int child = 0; child < Fan && (block * Fan) + child < LeafCount; child++)
        {
            int leaf = (block * Fan) + child, start = leaf * LeafSize, end = Math.Min(Order.Length, start + LeafSize);
            Span<float> rows = Rows.AsSpan(start * d, LeafSize * d);
            rows.Fill(float.PositiveInfinity);
            for (int position = start; position < end; position++)
            {
                ReadOnlySpan<float> given = source.Slice(Order[position] * d, d);
                double scale = Points.ScaleOf(Order[position]);
                if (Scales.Length > 0)
                {
                    Scales[position] = scale;
                }

                for (int t = 0; t < given.Length; t++)
                {
                    rows[(t * LeafSize) + position - start] = given[t];
                    Include(block, child, t, given[t] * scale);
                }
            }
        }
    }

    private void ClearBox(int block)
    {
        for (int t = 0; t < Points.Dimensions; t++)
        {
            Span<float> ends = Boxes.AsSpan(((block * Points.Dimensions) + t) * 2 * Fan, 2 * Fan);
            ends[..Fan].Fill(float.PositiveInfinity);
            ends[Fan..].Fill(float.NegativeInfinity);
        }
    }

    /// <summary>Widens a box in single precision until it holds a coordinate in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Include(int block, int child, int t, double value)
    {
        int at = (((block * Points.Dimensions) + t) * 2 * Fan) + child;
        float near = (float)value;
        float low = near > value ? MathF.BitDecrement(near) : near, high = near < value ? MathF.BitIncrement(near) : near;
        Boxes[at] = Math.Min(Boxes[at], low);
        Boxes[at + Fan] = Math.Max(Boxes[at + Fan], high);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillLevel(int level)
    {
        int last = level + 1 < LevelStarts.Length ? LevelStarts[level + 1] : BlockCount;
        int below = LevelStarts[level - 1], nodes = LevelStarts[level] - below;
        for (int block = LevelStarts[level], node = 0; block < last; block++)
        {
            ClearBox(block);
            for (int child = 0; child < Fan && node < nodes; child++, node++)
            {
                for (int t = 0; t < Points.Dimensions; t++)
                {
                    ReadOnlySpan<float> ends = Boxes.AsSpan((((below + node) * Points.Dimensions) + t) * 2 * Fan, 2 * Fan);
                    for (int i = 0; i < Fan; i++)
                    {
                        if (ends[i] <= ends[i + Fan])
                        {
                            Include(block, child, t, ends[i]);
                            Include(block, child, t, ends[i + Fan]);
                        }
                    }
                }
            }
        }
    }
}
