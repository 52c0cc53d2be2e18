using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// One thread's search of a kd-tree for the point of another component at the least mutual reachability distance. Boxes are excluded by squared
/// distances, with some slack for rounding; what decides is the distance itself.
/// </summary>
internal sealed class TreeComponentQueries
{
    private readonly KdTree _tree;
    private readonly ComponentBoxes _boxes;
    private readonly double[] _core;
    private readonly double _alpha;
    private readonly double[] _query;
    private readonly double[] _high;
    private readonly double[] _toBoxes;
    private readonly double[] _toPoints = new double[Vector512<double>.Count];
    private int _component;
    private double _queryCore;
    private double _queryCoreSquare;
    private double _bound;
    private double _best;
    private int _bestAt;
    private double _limit;
    private Vector512<double> _excluded;

    public TreeComponentQueries(KdTree tree, ComponentBoxes boxes, double[] core, double alpha)
    {
        _tree = tree;
        _boxes = boxes;
        _core = core;
        _alpha = alpha;
        _query = new double[tree.Points.Dimensions];
        _high = new double[tree.Points.Dimensions];
        _toBoxes = new double[tree.LevelStarts.Length * KdTree.Fan];
    }

    /// <summary>Searches from a point.</summary>
    /// <param name="at">The point's position.</param>
    /// <param name="component">Its component.</param>
    /// <param name="bound">A weight above which an edge is of no use.</param>
    /// <param name="best">The least weight known; receives the least below it.</param>
    /// <param name="bestAt">Receives the position that it leads to.</param>
    /// <returns>A weight that no edge to another component is below, at most what was found: equal to that if it is the point's least.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Find(int at, int component, double bound, ref double best, ref int bestAt)
    {
        _tree.CopyRow(at, _query);
        _component = component;
        _queryCore = _core[at];
        _queryCoreSquare = Squared(_queryCore) * (1 - ComponentBoxes.Slack);
        _bound = bound;
        _best = best;
        _bestAt = bestAt;
        _excluded = Vector512.Create(double.PositiveInfinity);
        _limit = Squared(Math.Min(best, bound)) * (1 + ComponentBoxes.Slack);
        Visit(_tree.LevelStarts.Length - 1, 0);
        best = _best;
        bestAt = _bestAt;
        return Math.Min(_best, Weight(LeastExcluded()));
    }

    /// <summary>What no edge from a leaf to another component is below; 0 where there may be one up to <paramref name="bound"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double LeastBeyondLeaf(int leaf, int component, double bound)
    {
        int d = _query.Length, at = (leaf / KdTree.Fan * d * 2 * KdTree.Fan) + (leaf % KdTree.Fan);
        for (int t = 0; t < d; t++, at += 2 * KdTree.Fan)
        {
            _query[t] = _tree.Boxes[at];
            _high[t] = _tree.Boxes[at + KdTree.Fan];
        }

        _component = component;
        _queryCoreSquare = _boxes.NodeSquares[leaf];
        _excluded = Vector512.Create(double.PositiveInfinity);
        _limit = Squared(bound) * (1 + ComponentBoxes.Slack);
        return IsAlone(_tree.LevelStarts.Length - 1, 0) ? Weight(LeastExcluded()) : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsAlone(int level, int node)
    {
        int block = _tree.LevelStarts[level] + node;
        Vector512<double> squares = KdKernel.SquaredBetweenBoxes(_tree, block, _query, _high);
        for (uint near = Near(block, ref squares); near != 0; near &= near - 1)
        {
            if (level == 0 || !IsAlone(level - 1, (node * KdTree.Fan) + BitOperations.TrailingZeroCount(near)))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Visit(int level, int node)
    {
        int block = _tree.LevelStarts[level] + node;
        Vector512<double> squares = KdKernel.SquaredToBoxes(_tree, block, _query);
        uint near = Near(block, ref squares);
        Span<double> toBoxes = _toBoxes.AsSpan(level * KdTree.Fan, KdTree.Fan);
        squares.StoreUnsafe(ref MemoryMarshal.GetReference(toBoxes));
        while (near != 0)
        {
            int child = BitOperations.TrailingZeroCount(near);
            for (uint others = near & (near - 1); others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                child = toBoxes[other] < toBoxes[child] ? other : child;
            }

            if (toBoxes[child] > _limit)
            {
                _excluded = Vector512.MinNative(_excluded, Vector512.Create(toBoxes[child]));
                return;
            }

            near &= ~(1u << child);
            int below = (node * KdTree.Fan) + child;
            if (level > 0)
            {
                Visit(level - 1, below);
            }
            else
            {
                Scan(below);
            }
        }
    }

    /// <summary>The children of a block that may hold a better point of another component; what is excluded only for its distance is taken note of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Near(int block, ref Vector512<double> squares)
    {
        Debug.Assert(block >= 0 && (block + 1) * KdTree.Fan <= _boxes.NodeComponents.Length && _boxes.NodeSquares.Length == _boxes.NodeComponents.Length, "The tree has the block.");
        nuint at = (nuint)(block * KdTree.Fan);
        Vector256<int> components = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_boxes.NodeComponents), at);
        Vector512<double> cores = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_boxes.NodeSquares), at);
        squares = Vector512.MaxNative(Vector512.MaxNative(squares, cores), Vector512.Create(_queryCoreSquare));
        (Vector256<long> first, Vector256<long> second) = Vector256.Widen(Vector256.Equals(components, Vector256.Create(_component)));
        Vector512<double> foreign = ~Vector512.Create(first, second).AsDouble();
        Vector512<double> near = Vector512.LessThanOrEqual(squares, Vector512.Create(_limit)) & foreign;
        _excluded = Vector512.MinNative(_excluded, Vector512.ConditionalSelect(foreign & ~near, squares, Vector512.Create(double.PositiveInfinity)));
        return (uint)near.ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(int leaf)
    {
        int start = leaf * KdTree.LeafSize, end = Math.Min(_core.Length, start + KdTree.LeafSize);
        for (int first = start; first < end; first += Vector512<double>.Count)
        {
            Vector512<double> squares = KdKernel.SquaredToPoints(_tree, first, _query);
            uint near = (uint)Vector512.LessThanOrEqual(squares, Vector512.Create(Squared(_best) * (1 + ComponentBoxes.Slack))).ExtractMostSignificantBits();
            squares.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_toPoints));
            for (; near != 0; near &= near - 1)
            {
                int at = first + BitOperations.TrailingZeroCount(near);
                if (at >= end || _boxes.Components[at] == _component || _core[at] >= _best)
                {
                    continue;
                }

                double distance = _tree.Points.ToDistance(_toPoints[at - first]);
                double weight = Math.Max(Math.Max(_queryCore, _core[at]), distance / _alpha);
                if (weight < _best)
                {
                    _best = weight;
                    _bestAt = at;
                    _limit = Squared(Math.Min(weight, _bound)) * (1 + ComponentBoxes.Slack);
                }
            }
        }
    }

    private double LeastExcluded()
    {
        double least = double.PositiveInfinity;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
        {
            least = Math.Min(least, _excluded[lane]);
        }

        return least;
    }

    private double Squared(double weight) => _tree.Points.ToSquared(weight * _alpha);

    private double Weight(double square) => _tree.Points.ToDistance(square) / _alpha * (1 - ComponentBoxes.Slack);
}
