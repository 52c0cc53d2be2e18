using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>What a search for points of other components needs to know of a kd-tree's nodes: which lie within one component, and their least core distance.</summary>
internal sealed class ComponentBoxes
{
    private readonly KdTree _tree;

    /// <summary>Takes the core distances, which never change. O(n).</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="core">Per position, its core distance.</param>
    /// <param name="alpha">The divisor of distances.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ComponentBoxes(KdTree tree, double[] core, double alpha)
    {
        _tree = tree;
        Components = new int[core.Length];
        NodeComponents = new int[tree.BlockCount * KdTree.Fan];
        NodeSquares = new double[tree.BlockCount * KdTree.Fan];
        NodeSquares.AsSpan().Fill(double.PositiveInfinity);
        for (int at = 0; at < core.Length; at++)
        {
            ref double least = ref NodeSquares[at / KdTree.LeafSize];
            least = Math.Min(least, tree.Points.ToSquared(core[at] * alpha) * (1 - Slack));
        }

        for (int level = 1; level < tree.LevelStarts.Length; level++)
        {
            (int first, int below, int count) = Level(level);
            for (int node = 0; node < count; node++)
            {
                foreach (double square in NodeSquares.AsSpan(below + (node * KdTree.Fan), KdTree.Fan))
                {
                    NodeSquares[first + node] = Math.Min(NodeSquares[first + node], square);
                }
            }
        }
    }

    /// <summary>The share by which squares are lowered or lifted so that rounding excludes nothing.</summary>
    public const double Slack = 1e-12;

    /// <summary>Per position, its component. Set by the owner before <see cref="Describe"/>.</summary>
    public int[] Components { get; }

    /// <summary>Per block and child, the component that it lies in, or -1. A leaf's number is its place.</summary>
    public int[] NodeComponents { get; }

    /// <summary>Per block and child, a squared distance that no mutual reachability distance of a point in it is below.</summary>
    public double[] NodeSquares { get; }

    /// <summary>Passes the components of points on to the nodes. O(n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Describe()
    {
        for (int leaf = 0; leaf < _tree.LeafCount; leaf++)
        {
            ReadOnlySpan<int> components = Components.AsSpan(leaf * KdTree.LeafSize, Math.Min(KdTree.LeafSize, Components.Length - (leaf * KdTree.LeafSize)));
            NodeComponents[leaf] = components.ContainsAnyExcept(components[0]) ? -1 : components[0];
        }

        for (int level = 1; level < _tree.LevelStarts.Length; level++)
        {
            (int first, int below, int count) = Level(level);
            for (int node = 0; node < count; node++)
            {
                NodeComponents[first + node] = OfChildren(below + (node * KdTree.Fan));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int OfChildren(int first)
    {
        int component = NodeComponents[first];
        for (int i = 1; i < KdTree.Fan && !double.IsPositiveInfinity(NodeSquares[first + i]); i++)
        {
            component = NodeComponents[first + i] == component ? component : -1;
        }

        return component;
    }

    /// <summary>The first node of a level, the first of the level below, and how many nodes the level has.</summary>
    private (int First, int Below, int Count) Level(int level)
    {
        int below = _tree.LevelStarts[level - 1];
        return (_tree.LevelStarts[level] * KdTree.Fan, below * KdTree.Fan, _tree.LevelStarts[level] - below);
    }
}
