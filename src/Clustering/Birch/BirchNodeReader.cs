namespace Pipeline.Clustering;

/// <summary>Puts the nodes of a snapshot together again, and refuses what is not a tree that insertion could have made.</summary>
internal sealed class BirchNodeReader
{
    /// <summary>How far sums that were added up in another order may be apart, as a share.</summary>
    private const double Tolerance = 1e-6;

    private readonly int _dimensions;
    private readonly int[] _entries;
    private readonly byte[] _leaf;
    private readonly double[] _centroids;
    private readonly double[] _weights;
    private readonly double[] _deviations;
    private readonly double[] _updates;
    private readonly long[] _ids;

    /// <summary>Reads the arrays and checks number by number.</summary>
    /// <param name="arrays">The snapshot.</param>
    /// <param name="dimensions">d.</param>
    /// <param name="branchingFactor">The most entries of a node.</param>
    /// <param name="nextId">What the ids are below.</param>
    /// <exception cref="InvalidDataException">An array is missing or holds something out of its range.</exception>
    public BirchNodeReader(IReadOnlyDictionary<string, SafeTensor> arrays, int dimensions, int branchingFactor, long nextId)
    {
        _dimensions = dimensions;
        _entries = BirchSnapshot.Array<int>(arrays, "node_entries");
        _leaf = BirchSnapshot.Array<byte>(arrays, "node_is_leaf", _entries.Length);
        BirchSnapshot.Require(_entries.Length > 0 && Array.TrueForAll(_entries, count => count >= 0 && count <= branchingFactor), "has nodes with too few or too many entries");
        BirchSnapshot.Require(Array.TrueForAll(_leaf, leaf => leaf <= 1), "has nodes that are neither leaves nor not");
        long total = _entries.Sum(count => (long)count);
        _weights = BirchSnapshot.Array<double>(arrays, "weights", total);
        _deviations = BirchSnapshot.Array<double>(arrays, "deviations", total);
        _updates = BirchSnapshot.Array<double>(arrays, "updates", total);
        _ids = BirchSnapshot.Array<long>(arrays, "ids", total);
        _centroids = BirchSnapshot.Array<double>(arrays, "centroids", total * dimensions);
        BirchSnapshot.Require(
            Array.TrueForAll(_weights, weight => double.IsFinite(weight) && weight > 0) && Array.TrueForAll(_deviations, sum => double.IsFinite(sum) && sum >= 0)
            && Array.TrueForAll(_centroids, value => Math.Abs(value) <= float.MaxValue) && Array.TrueForAll(_updates, double.IsFinite),
            "holds numbers that are not finite or beyond single precision, or weights that are not above 0");
        CheckEntries(nextId);
    }

    /// <summary>Whether there are no subclusters.</summary>
    public bool IsEmpty => _weights.Length == 0;

    /// <summary>Makes the nodes.</summary>
    /// <param name="tree">The tree that they are for.</param>
    /// <exception cref="InvalidDataException">They do not make one tree whose leaves are on one level and whose entries sum up the nodes below.</exception>
    public BirchNode Root(BirchTree tree)
    {
        ClusteringFeature feature = new(_dimensions);
        Stack<(int Node, int Entry, BirchNode Made)> open = [];
        int height = -1, next = 0, entry = 0;
        BirchNode? child = null;
        do
        {
            if (child is null)
            {
                BirchSnapshot.Require(next < _entries.Length, "lacks nodes");
                BirchSnapshot.Require(_entries[next] >= (next > 0 ? 1 : _leaf[0] == 1 ? 0 : 2), "has nodes with too few or too many entries");
                open.Push((next, entry, tree.NewNode(_leaf[next] == 1)));
                entry += _entries[next++];
            }

            (int node, int first, BirchNode made) = open.Peek();
            if (made.IsLeaf)
            {
                height = height < 0 ? open.Count : height;
                BirchSnapshot.Require(open.Count == height, "has leaves on different levels");
            }

            for (; made.Count < _entries[node] && (made.IsLeaf || child is not null); child = null)
            {
                Read(first + made.Count, feature);
                BirchSnapshot.Require(child is null || SumsUp(feature, child), "has an entry that does not sum up the node below it");
                made.Add(feature, child);
            }

            child = made.Count == _entries[node] ? open.Pop().Made : null;
        }
        while (open.Count > 0);
        BirchSnapshot.Require(next == _entries.Length, "has nodes that are in no other");
        return child!;
    }

    private static bool SumsUp(ClusteringFeature feature, BirchNode child)
    {
        double weight = 0;
        foreach (double part in child.Weights.AsSpan(0, child.Count))
        {
            weight += part;
        }

        return Math.Abs(weight - feature.Weight) <= Tolerance * weight;
    }

    /// <summary>Each subcluster has an id of its own, and no entry is wider than points of single precision can make it. One may be wider than the threshold, which may have been larger when it grew.</summary>
    private void CheckEntries(long nextId)
    {
        double widest = 4.0 * float.MaxValue * float.MaxValue * _dimensions;
        HashSet<long> ids = [];
        for (int node = 0, entry = 0; node < _entries.Length; node++)
        {
            for (int end = entry + _entries[node]; entry < end; entry++)
            {
                bool leaf = _leaf[node] == 1;
                BirchSnapshot.Require(leaf ? _ids[entry] >= 0 && _ids[entry] < nextId && ids.Add(_ids[entry]) : _ids[entry] == -1, "has subclusters without an id of their own");
                BirchSnapshot.Require(_deviations[entry] / _weights[entry] <= widest, "has subclusters wider than points can lie apart");
            }
        }
    }

    private void Read(int entry, ClusteringFeature feature)
    {
        feature.Weight = _weights[entry];
        feature.Deviation = _deviations[entry];
        feature.Updated = _updates[entry];
        feature.Id = _ids[entry];
        _centroids.AsSpan(entry * _dimensions, _dimensions).CopyTo(feature.Mean);
    }
}
