using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// A minimum spanning tree by Boruvka's algorithm over a kd-tree (March, Ram, Gray 2010; McInnes, Healy 2017). Points are meant by their position in
/// the tree. Each round the smaller components look for their least edges: first among listed neighbours, then by searches from those points
/// whose nearest foreign point may be nearer than what the component has found. Exact: a component's least edge is in a minimum spanning tree,
/// whichever components look for theirs. The searches of a round run in waves, and only what earlier waves and the same block of leaves have found
/// bounds them, so that nothing depends on the threads.
/// </summary>
internal sealed class BoruvkaSpanningTree
{
    private const int LeavesOfBlock = 8;
    private const int BlocksOfWave = 16;
    private const int PointsOfLateComponents = 64;
    private static readonly int[] Waves = [0, 1, 4, BlocksOfWave];
    private readonly KdTree _tree;
    private readonly NeighborLists _lists;
    private readonly double[] _core;
    private readonly double _alpha;
    private readonly ComponentBoxes _boxes;
    private readonly double[] _bound;
    private readonly double[] _lowered;
    private readonly double[] _found;
    private readonly int[] _foundAt;
    private readonly double[] _atLeast;
    private readonly DisjointSet _sets;
    private readonly int[] _sizes;
    private int _mostSearched;

    private BoruvkaSpanningTree(KdTree tree, NeighborLists lists, double[] core, double alpha)
    {
        int n = core.Length;
        _tree = tree;
        _lists = lists;
        _core = core;
        _alpha = alpha;
        _boxes = new ComponentBoxes(tree, core, alpha);
        _bound = new double[n];
        _lowered = new double[n];
        _found = new double[n];
        _foundAt = new int[n];
        _atLeast = new double[n];
        _sets = new DisjointSet(n);
        _sizes = new int[n];
    }

    /// <summary>Builds the tree of the mutual reachability graph, its edges in no particular order. About O(n log n) in few dimensions, O(n) memory beside the kd-tree.</summary>
    /// <param name="tree">A kd-tree over the points.</param>
    /// <param name="lists">Per position, the positions of its nearest neighbours, at least as many as the core distance counts.</param>
    /// <param name="core">Per position, its core distance.</param>
    /// <param name="alpha">The divisor of distances.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The edges between positions.</returns>
    public static MinimumSpanningTree Build(
        KdTree tree, NeighborLists lists, double[] core, double alpha, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        int n = core.Length, leafBlocks = (tree.LeafCount + LeavesOfBlock - 1) / LeavesOfBlock;
        BoruvkaSpanningTree boruvka = new(tree, lists, core, alpha);
        boruvka._foundAt.AsSpan().Fill(-1);
        MinimumSpanningTree result = new(new int[n - 1], new int[n - 1], new double[n - 1]);
        for (int edges = 0; edges < n - 1;)
        {
            boruvka.StartRound();
            ParallelBlocks.Run(leafBlocks, threads, () => boruvka, (block, work) => work.TryListed(block), ct);
            for (int wave = 1; wave < Waves.Length; wave++)
            {
                boruvka._lowered.CopyTo(boruvka._bound);
                int first = Waves[wave - 1], each = Waves[wave] - first, blocks = (leafBlocks + BlocksOfWave - 1) / BlocksOfWave * each;
                ParallelBlocks.Run(blocks, threads, () => new TreeComponentQueries(tree, boruvka._boxes, core, alpha), (block, search) =>
                    boruvka.SearchFrom((block / each * BlocksOfWave) + first + (block % each), search), ct);
            }

            edges = boruvka.Join(result, edges);
            progress?.Report((double)edges / (n - 1));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartRound()
    {
        _sizes.AsSpan().Clear();
        for (int at = 0; at < _core.Length; at++)
        {
            int component = _sets.Find(at);
            _boxes.Components[at] = component;
            _sizes[component]++;
        }

        _boxes.Describe();
        _lowered.AsSpan().Fill(double.PositiveInfinity);
        ChooseIdle();
    }

    /// <summary>The largest component rests, and once few are left the larger half of them: most points are in these, and the others reach them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChooseIdle()
    {
        int largest = 0, components = 0;
        for (int c = 0; c < _sizes.Length; c++)
        {
            largest = _sizes[c] > _sizes[largest] ? c : largest;
            components += _sizes[c] > 0 ? 1 : 0;
        }

        _mostSearched = _sizes.Length;
        if (components <= _sizes.Length / PointsOfLateComponents)
        {
            int[] ascending = new int[components];
            for (int c = 0, next = 0; c < _sizes.Length; c++)
            {
                if (_sizes[c] > 0)
                {
                    ascending[next++] = _sizes[c];
                }
            }

            ascending.AsSpan().Sort();
            _mostSearched = ascending[(components - 1) / 2];
        }

        _sizes[largest] = int.MaxValue;
    }

    private bool Rests(int component) => _sizes[component] > _mostSearched;

    /// <summary>Gives each point its least listed edge to another component, unless an earlier search has found its least of all and that still leads to another one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TryListed(int block)
    {
        int[] components = _boxes.Components;
        int k = _lists.Count, end = Math.Min(_core.Length, (block + 1) * LeavesOfBlock * KdTree.LeafSize);
        for (int at = block * LeavesOfBlock * KdTree.LeafSize; at < end; at++)
        {
            int own = components[at];
            if (Rests(own))
            {
                continue;
            }

            if (_foundAt[at] < 0 || components[_foundAt[at]] == own || _found[at] > _atLeast[at])
            {
                double best = double.PositiveInfinity;
                int bestAt = -1;
                for (int i = at * k; i < (at + 1) * k; i++)
                {
                    int near = _lists.Indices[i];
                    if (components[near] != own)
                    {
                        double weight = Math.Max(Math.Max(_core[at], _core[near]), _lists.DistanceAt(i) / _alpha);
                        (best, bestAt) = weight < best ? (weight, near) : (best, bestAt);
                    }
                }

                _found[at] = best;
                _foundAt[at] = bestAt;
            }

            SharedBound.Lower(ref _lowered[own], _found[at]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchFrom(int block, TreeComponentQueries search)
    {
        int known = -1;
        double bound = 0;
        for (int leaf = block * LeavesOfBlock; leaf < Math.Min(_tree.LeafCount, (block + 1) * LeavesOfBlock); leaf++)
        {
            int start = leaf * KdTree.LeafSize, end = Math.Min(_core.Length, start + KdTree.LeafSize), whole = _boxes.NodeComponents[leaf];
            bool tested = whole < 0;
            for (int at = start; at < end; at++)
            {
                int own = _boxes.Components[at];
                if (Rests(own))
                {
                    continue;
                }

                (known, bound) = own == known ? (own, bound) : (own, _bound[own]);
                double least = Math.Max(_atLeast[at], _core[at]);
                if (least > bound || _found[at] <= least)
                {
                    continue;
                }

                if (!tested)
                {
                    tested = true;
                    double far = search.LeastBeyondLeaf(leaf, whole, bound);
                    Raise(_atLeast.AsSpan(start, end - start), far);
                    if (far > bound)
                    {
                        break;
                    }
                }

                double beyond = search.Find(at, own, bound, ref _found[at], ref _foundAt[at]);
                _atLeast[at] = Math.Max(_atLeast[at], beyond);
                if (_found[at] < bound)
                {
                    bound = _found[at];
                    SharedBound.Lower(ref _lowered[own], bound);
                }
            }
        }
    }

    private static void Raise(Span<double> values, double least)
    {
        foreach (ref double value in values)
        {
            value = Math.Max(value, least);
        }
    }

    /// <summary>Takes each component's least edge, the first of equal ones, unless an earlier one has joined its two components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Join(MinimumSpanningTree result, int edges)
    {
        for (int at = 0; at < _core.Length; at++)
        {
            int own = _boxes.Components[at];
            if (Rests(own) || _found[at] > _lowered[own] || double.IsInfinity(_found[at]))
            {
                continue;
            }

            _lowered[own] = double.NegativeInfinity;
            if (_sets.Union(at, _foundAt[at]))
            {
                result.Sources[edges] = at;
                result.Targets[edges] = _foundAt[at];
                result.Weights[edges++] = _found[at];
            }
        }

        return edges;
    }
}
