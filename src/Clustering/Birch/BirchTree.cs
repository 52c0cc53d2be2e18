namespace Pipeline.Clustering;

/// <summary>
/// The height-balanced tree of clustering features (Zhang, Ramakrishnan, Livny 1996): a feature descends to the nearest centroid of each
/// node, joins the nearest subcluster where their common radius stays within the threshold, and starts one of its own where not;
/// nodes that overflow are split around their two farthest entries.
/// </summary>
internal sealed class BirchTree
{
    private const int LeastExponent = 5_000;
    private readonly int _capacity;
    private readonly double[] _squares;
    private readonly double[] _otherSquares;
    private readonly double[] _row;
    private readonly double _squaredThreshold;
    private readonly double _squaredDistance;
    private readonly List<(BirchNode Node, int Entry, double Squared)> _path = [];
    private long _joined;

    /// <summary>Makes an empty tree.</summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="branchingFactor">The most entries of a node, at least 2.</param>
    /// <param name="threshold">The largest radius of a subcluster, at least 0.</param>
    /// <param name="distanceFactor">How many thresholds from the mean of a subcluster what joins it may lie; null for any distance.</param>
    public BirchTree(int dimensions, int branchingFactor, double threshold, double? distanceFactor = null)
    {
        DistanceFactor = distanceFactor;
        _squaredDistance = distanceFactor * threshold * (distanceFactor * threshold) ?? double.PositiveInfinity;
        Dimensions = dimensions;
        Threshold = threshold;
        _squaredThreshold = threshold * threshold;
        _capacity = branchingFactor + 1;
        _squares = new double[BirchNode.ScratchSize(_capacity)];
        _otherSquares = new double[_squares.Length];
        _row = new double[dimensions];
        Root = NewNode(leaf: true);
    }

    /// <summary>The number of coordinates.</summary>
    public int Dimensions { get; }

    /// <summary>The largest radius of a subcluster.</summary>
    public double Threshold { get; }

    /// <summary>How many thresholds from the mean of a subcluster what joins it may lie; null for any distance.</summary>
    public double? DistanceFactor { get; }

    /// <summary>The top node.</summary>
    public BirchNode Root { get; private set; }

    /// <summary>How many subclusters there are.</summary>
    public int Count { get; private set; }

    /// <summary>All nodes, each followed by those of its entries from left to right.</summary>
    public IEnumerable<BirchNode> Nodes
    {
        get
        {
            Stack<BirchNode> open = new([Root]);
            while (open.TryPop(out BirchNode? node))
            {
                yield return node;
                for (int entry = node.IsLeaf ? -1 : node.Count - 1; entry >= 0; entry--)
                {
                    open.Push(node.Children[entry]);
                }
            }
        }
    }

    /// <summary>The leaves, left to right.</summary>
    public IEnumerable<BirchNode> Leaves => Nodes.Where(node => node.IsLeaf);

    /// <summary>Takes the place of what is in the tree.</summary>
    /// <param name="root">The top node.</param>
    public void Restore(BirchNode root)
    {
        Root = root;
        Count = Leaves.Sum(leaf => leaf.Count);
    }

    /// <summary>An empty node of this tree's shape.</summary>
    public BirchNode NewNode(bool leaf) => new(Dimensions, _capacity, leaf);

    /// <summary>Inserts a feature. O(branching factor x depth x d), a split O(branching factor^2 d).</summary>
    /// <param name="feature">The feature; copied.</param>
    /// <returns>The id of the subcluster that it is in: its own where it became one, otherwise that of the one it joined.</returns>
    public long Insert(ClusteringFeature feature)
    {
        if (InsertBelow(feature) is BirchNode second)
        {
            BirchNode first = Root;
            Root = NewNode(leaf: false);
            Root.Add(Summary(first), first);
            Root.Add(Summary(second), second);
        }

        return _joined;
    }

    /// <summary>A new tree of the subclusters, inserted from left to right; some may join. O(m x branching factor x depth x d).</summary>
    /// <param name="threshold">Its threshold.</param>
    /// <param name="leastWeight">Lighter subclusters are left out.</param>
    /// <param name="gone">Receives the subclusters that are no more.</param>
    /// <param name="ct">Stops the work; this tree is as before then.</param>
    public BirchTree Rebuild(double threshold, double leastWeight, List<BirchGone> gone, CancellationToken ct) =>
        Rebuild(_capacity - 1, threshold, DistanceFactor, leastWeight, scale: 1, gone, ct);

    /// <summary>A new tree without the lightest subclusters, of equals the oldest; some of the others may join. O(m log m + m x branching factor x depth x d).</summary>
    /// <param name="count">How many are left out.</param>
    /// <param name="gone">Receives the subclusters that are no more.</param>
    /// <param name="ct">Stops the work; this tree is as before then.</param>
    public BirchTree WithoutLightest(int count, List<BirchGone> gone, CancellationToken ct)
    {
        HashSet<long> lightest =
        [
            .. Leaves.SelectMany(leaf => Enumerable.Range(0, leaf.Count).Select(entry => (Weight: leaf.Weights[entry], Id: leaf.Ids[entry])))
                .OrderBy(one => one.Weight).ThenBy(one => one.Id).Take(count).Select(one => one.Id),
        ];
        return Without(lightest, gone, ct);
    }

    /// <summary>A new tree without some subclusters; some of the others may join. O(m x branching factor x depth x d).</summary>
    /// <param name="leftOut">Their ids.</param>
    /// <param name="gone">Receives the subclusters that are no more.</param>
    /// <param name="ct">Stops the work; this tree is as before then.</param>
    public BirchTree Without(HashSet<long> leftOut, List<BirchGone> gone, CancellationToken ct) =>
        Rebuild(_capacity - 1, Threshold, DistanceFactor, leastWeight: 0, scale: 1, gone, ct, leftOut);

    /// <summary>As the other overload, with another branching factor and distance, and weights divided by <paramref name="scale"/>.</summary>
    public BirchTree Rebuild(int branchingFactor, double threshold, double? distanceFactor, double leastWeight, double scale, List<BirchGone> gone, CancellationToken ct, HashSet<long>? leftOut = null)
    {
        BirchTree tree = new(Dimensions, branchingFactor, threshold, distanceFactor);
        ClusteringFeature feature = new(Dimensions);
        foreach (BirchNode leaf in Leaves)
        {
            ct.ThrowIfCancellationRequested();
            for (int entry = 0; entry < leaf.Count; entry++)
            {
                if (!(leaf.Weights[entry] >= leastWeight) || leftOut?.Contains(leaf.Ids[entry]) == true)
                {
                    gone.Add(new BirchGone(leaf.Ids[entry], null));
                    continue;
                }

                leaf.CopyTo(entry, feature);
                feature.Weight /= scale;
                feature.Deviation /= scale;
                long into = tree.Insert(feature);
                if (into != feature.Id)
                {
                    gone.Add(new BirchGone(feature.Id, into));
                }
            }
        }

        return tree;
    }

    /// <summary>Multiplies all weights by a power of two, exactly.</summary>
    public void ScaleWeights(double exponent)
    {
        int whole = (int)Math.Max(exponent, -LeastExponent);
        foreach (BirchNode node in Nodes)
        {
            for (int entry = 0; entry < node.Count; entry++)
            {
                node.Weights[entry] = Math.ScaleB(node.Weights[entry], whole);
                node.Deviations[entry] = Math.ScaleB(node.Deviations[entry], whole);
            }
        }
    }

    /// <summary>The radius of all that is in the tree; 0 where there is nothing.</summary>
    public double Radius()
    {
        ClusteringFeature total = new(Dimensions);
        if (Root.Count > 0)
        {
            Root.Summarise(total, _row);
        }

        return Root.Count > 0 ? Math.Sqrt(total.Deviation / total.Weight) : 0;
    }

    /// <summary>
    /// Inserts below the root; returns the root's second half where it had to be split. The way down is kept in a list and not in calls: outliers that each
    /// lie farther out can make a tree as deep as there are points.
    /// </summary>
    private BirchNode? InsertBelow(ClusteringFeature feature)
    {
        _path.Clear();
        BirchNode node = Root;
        int nearest = node.Nearest(feature.Mean, _squares);
        while (!node.IsLeaf)
        {
            _path.Add((node, nearest, _squares[nearest]));
            node = node.Children[nearest];
            nearest = node.Nearest(feature.Mean, _squares);
        }

        BirchNode? second = InsertInLeaf(node, nearest, feature);
        for (int at = _path.Count - 1; at >= 0; at--)
        {
            (BirchNode above, int entry, double squared) = _path[at];
            if (second is null)
            {
                above.Merge(entry, feature, squared);
                continue;
            }

            above.Put(entry, Summary(above.Children[entry]), above.Children[entry]);
            above.Add(Summary(second), second);
            second = above.Count == _capacity ? Split(above) : null;
        }

        return second;
    }

    private BirchNode? InsertInLeaf(BirchNode leaf, int nearest, ClusteringFeature feature)
    {
        if (nearest >= 0 && _squares[nearest] <= _squaredDistance && leaf.SquaredRadius(nearest, feature, _squares[nearest]) <= _squaredThreshold)
        {
            _joined = leaf.Ids[nearest];
            leaf.Merge(nearest, feature, _squares[nearest]);
            return null;
        }

        _joined = feature.Id;
        leaf.Add(feature, child: null);
        Count++;
        return leaf.Count == _capacity ? Split(leaf) : null;
    }

    private ClusteringFeature Summary(BirchNode node)
    {
        ClusteringFeature total = new(Dimensions);
        node.Summarise(total, _row);
        return total;
    }

    /// <summary>Leaves in a node what is nearer to the first of the two farthest entries, and returns the rest.</summary>
    private BirchNode Split(BirchNode node)
    {
        (int first, int second) = Farthest(node);
        node.CopyMean(first, _row);
        node.Measure(_row, 0, _squares);
        node.CopyMean(second, _row);
        node.Measure(_row, 0, _otherSquares);
        BirchNode near = NewNode(node.IsLeaf), far = NewNode(node.IsLeaf);
        ClusteringFeature moved = new(Dimensions);
        for (int entry = 0; entry < node.Count; entry++)
        {
            node.CopyTo(entry, moved);
            BirchNode half = entry == first || _squares[entry] < _otherSquares[entry] ? near : far;
            half.Add(moved, node.IsLeaf ? null : node.Children[entry]);
        }

        node.TakeFrom(near);
        return far;
    }

    private (int First, int Second) Farthest(BirchNode node)
    {
        (int First, int Second) pair = (0, 1);
        double farthest = -1;
        for (int first = 0; first < node.Count - 1; first++)
        {
            node.CopyMean(first, _row);
            node.Measure(_row, first, _squares);
            for (int second = first + 1; second < node.Count; second++)
            {
                if (_squares[second] > farthest)
                {
                    farthest = _squares[second];
                    pair = (first, second);
                }
            }
        }

        return pair;
    }
}
