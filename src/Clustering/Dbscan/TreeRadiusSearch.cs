using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Points within radii by a <see cref="KdTree"/>, in the few dimensions that it suits. About O(n log n) time, beside what lies within the radii.</summary>
internal sealed class TreeRadiusSearch(PointSet points, int threads, CancellationToken ct) : IRadiusSearch
{
    private const int QueryBlock = 256;
    private readonly KdTree _tree = KdTree.Build(points, threads, ct);

    /// <inheritdoc/>
    public void Run(double[] squaredRadii, Action<int, List<(int Point, double Squared)>> found, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = _tree.Points.Count, blocks = (n + QueryBlock - 1) / QueryBlock, done = 0;
        ParallelBlocks.Run(blocks, threads, () => new Query(_tree), (block, own) =>
        {
            for (int at = block * QueryBlock; at < Math.Min(n, (block + 1) * QueryBlock); at++)
            {
                int point = _tree.Order[at];
                found(point, own.Find(at, squaredRadii[point]));
            }

            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
    }

    /// <summary>One thread's search.</summary>
    private sealed class Query(KdTree tree)
    {
        private readonly List<(int Point, double Squared)> _hits = [];
        private readonly double[] _row = new double[tree.Points.Dimensions];
        private int _position;
        private double _squaredRadius;

        /// <summary>The other points within the radius of the point at a position; the list is used again.</summary>
        public List<(int Point, double Squared)> Find(int position, double squaredRadius)
        {
            _hits.Clear();
            _position = position;

            // What is missing in a node or a leaf is infinitely far away.
            _squaredRadius = Math.Min(squaredRadius, double.MaxValue);
            tree.CopyRow(position, _row);
            Visit(tree.LevelStarts.Length - 1, 0);
            return _hits;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Visit(int level, int node)
        {
            Vector512<double> squares = KdKernel.SquaredToBoxes(tree, tree.LevelStarts[level] + node, _row);
            for (uint near = Within(squares); near != 0; near &= near - 1)
            {
                int below = (node * KdTree.Fan) + BitOperations.TrailingZeroCount(near);
                if (level > 0)
                {
                    Visit(level - 1, below);
                }
                else
                {
                    Scan(below * KdTree.LeafSize);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Scan(int start)
        {
            for (int half = start; half < start + KdTree.LeafSize; half += Vector512<double>.Count)
            {
                Vector512<double> squares = KdKernel.SquaredToPoints(tree, half, _row);
                for (uint near = Within(squares); near != 0; near &= near - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(near);
                    if (half + lane != _position)
                    {
                        _hits.Add((tree.Order[half + lane], squares[lane]));
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private uint Within(Vector512<double> squares) => (uint)Vector512.LessThanOrEqual(squares, Vector512.Create(_squaredRadius)).ExtractMostSignificantBits();
    }
}
