using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>One thread's search of a kd-tree for nearest neighbours, eight boxes or eight points at a time.</summary>
internal sealed class KdSearch
{
    private const int Block = 256;
    private readonly KdTree _tree;
    private readonly double[] _query;
    private readonly double[] _toBoxes;
    private readonly double[] _toPoints = new double[Vector512<double>.Count];
    private readonly int[] _indices;
    private readonly double[] _squares;

    private KdSearch(KdTree tree, int k)
    {
        _tree = tree;
        _query = new double[tree.Points.Dimensions];
        _toBoxes = new double[tree.LevelStarts.Length * KdTree.Fan];
        _indices = new int[k];
        _squares = new double[k];
    }

    /// <summary>The <paramref name="k"/> nearest points of each query. About O(q log n) in few dimensions, O(q k) memory.</summary>
    /// <param name="tree">A tree over the points searched.</param>
    /// <param name="queries">The points searched for; the tree's own points leave each out of its own list.</param>
    /// <param name="k">The number of neighbours, 1 to the number there are.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public static NeighborLists Run(KdTree tree, PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NeighborLists lists = new(k, new int[queries.Count * k], new double[queries.Count * k]);
        bool own = ReferenceEquals(queries, tree.Points);
        ForBlocks(tree, queries.Count, k, threads, Find, progress, ct);
        return lists;

        void Find(KdSearch search, int i)
        {
            int query = own ? tree.Order[i] : i;
            search.Find(queries, query, own ? i : -1);
            search.Write(lists, query, tree.Order);
        }
    }

    /// <summary>The same for the tree's own points, everything by position: row p lists the positions nearest to position p.</summary>
    public static NeighborLists RunInPlace(KdTree tree, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = tree.Points.Count;
        NeighborLists lists = new(k, new int[n * k], new double[n * k]);
        ForBlocks(tree, n, k, threads, Find, progress, ct);
        return lists;

        void Find(KdSearch search, int at)
        {
            search.Find(tree.Points, tree.Order[at], at);
            search.Write(lists, at, null);
        }
    }

    /// <summary>
    /// The neighbours of the tree's own points by position, without their distances, and per position the distance to the last of them and to the last but one,
    /// which is the point itself at distance 0 where k is 1.
    /// </summary>
    public static (NeighborLists Lists, double[] Last, double[] LastButOne) RunForCores(
        KdTree tree, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = tree.Points.Count;
        NeighborLists lists = new(k, new int[n * k], []);
        double[] last = new double[n], lastButOne = new double[n];
        ForBlocks(tree, n, k, threads, Find, progress, ct);
        return (lists, last, lastButOne);

        void Find(KdSearch search, int at)
        {
            search.Find(tree.Points, tree.Order[at], at);
            search._indices.CopyTo(lists.Indices, at * k);
            last[at] = tree.Points.ToDistance(search._squares[^1]);
            lastButOne[at] = k > 1 ? tree.Points.ToDistance(search._squares[^2]) : 0;
        }
    }

    private static void ForBlocks(KdTree tree, int count, int k, int threads, Action<KdSearch, int> find, IProgress<double>? progress, CancellationToken ct)
    {
        int blocks = (count + Block - 1) / Block, done = 0;
        ParallelBlocks.Run(blocks, threads, () => new KdSearch(tree, k), (block, search) =>
        {
            for (int i = block * Block; i < Math.Min(count, (block + 1) * Block); i++)
            {
                find(search, i);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    /// <summary>Finds the nearest points of a row; its own leaf first if it has a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(PointSet queries, int query, int self)
    {
        _squares.AsSpan().Fill(double.PositiveInfinity);
        ReadOnlySpan<float> given = queries.Source.Slice(query * _query.Length, _query.Length);
        double scale = queries.ScaleOf(query);
        for (int t = 0; t < given.Length; t++)
        {
            _query[t] = given[t] * scale;
        }

        int leaf = -1;
        if (self >= 0)
        {
            leaf = self / KdTree.LeafSize;
            Scan(leaf, self);
        }

        Visit(_tree.LevelStarts.Length - 1, 0, leaf);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(NeighborLists lists, int row, int[]? names)
    {
        int k = lists.Count;
        for (int i = 0; i < k; i++)
        {
            lists.Indices[(row * k) + i] = names is null ? _indices[i] : names[_indices[i]];
            lists.Distances[(row * k) + i] = _tree.Points.ToDistance(_squares[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(int level, int node, int skippedLeaf)
    {
        Vector512<double> squares = KdKernel.SquaredToBoxes(_tree, _tree.LevelStarts[level] + node, _query);
        Span<double> toBoxes = _toBoxes.AsSpan(level * KdTree.Fan, KdTree.Fan);
        squares.StoreUnsafe(ref MemoryMarshal.GetReference(toBoxes));
        double limit = _squares[^1];
        uint near = (uint)Vector512.LessThan(squares, Vector512.Create(limit)).ExtractMostSignificantBits();
        while (near != 0)
        {
            int child = BitOperations.TrailingZeroCount(near);
            for (uint others = near & (near - 1); others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                child = toBoxes[other] < toBoxes[child] ? other : child;
            }

            near &= ~(1u << child);
            if (toBoxes[child] >= _squares[^1])
            {
                return;
            }

            int below = (node * KdTree.Fan) + child;
            if (level > 0)
            {
                Visit(level - 1, below, skippedLeaf);
            }
            else if (below != skippedLeaf)
            {
                Scan(below, -1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int leaf, int self)
    {
        int start = leaf * KdTree.LeafSize;
        ref double toPoints = ref MemoryMarshal.GetArrayDataReference(_toPoints);
        for (int half = 0; half < KdTree.LeafSize; half += Vector512<double>.Count)
        {
            Vector512<double> squares = KdKernel.SquaredToPoints(_tree, start + half, _query);
            uint near = (uint)Vector512.LessThan(squares, Vector512.Create(_squares[^1])).ExtractMostSignificantBits();
            squares.StoreUnsafe(ref toPoints);
            for (; near != 0; near &= near - 1)
            {
                int lane = BitOperations.TrailingZeroCount(near);
                if (start + half + lane != self)
                {
                    Offer(start + half + lane, Unsafe.Add(ref toPoints, lane));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(int position, double squared)
    {
        Debug.Assert(_squares.Length == _indices.Length && _squares.Length > 0, "There is a list, and it is whole.");
        ref double squares = ref MemoryMarshal.GetArrayDataReference(_squares);
        ref int indices = ref MemoryMarshal.GetArrayDataReference(_indices);
        int at = _squares.Length - 1;
        if (squared >= Unsafe.Add(ref squares, at))
        {
            return;
        }

        for (; at > 0 && Unsafe.Add(ref squares, at - 1) > squared; at--)
        {
            Unsafe.Add(ref squares, at) = Unsafe.Add(ref squares, at - 1);
            Unsafe.Add(ref indices, at) = Unsafe.Add(ref indices, at - 1);
        }

        Unsafe.Add(ref squares, at) = squared;
        Unsafe.Add(ref indices, at) = position;
    }
}
