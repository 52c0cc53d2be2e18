using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>A node of the tree: up to the branching factor of clustering features, and one more for a moment before it is split.</summary>
internal sealed class BirchNode
{
    private const int Lanes = CentroidScan.Lanes;
    private readonly int _dimensions;
    private double[][] _blocks = [];

    /// <summary>Makes an empty node.</summary>
    /// <param name="dimensions">d.</param>
    /// <param name="capacity">The branching factor and one more.</param>
    /// <param name="leaf">Whether its entries are subclusters, not nodes.</param>
    public BirchNode(int dimensions, int capacity, bool leaf)
    {
        _dimensions = dimensions;
        Weights = new double[capacity];
        Deviations = new double[capacity];
        Updates = new double[capacity];
        Ids = leaf ? new long[capacity] : [];
        Children = leaf ? [] : new BirchNode[capacity];
    }

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the entries are subclusters.</summary>
    public bool IsLeaf => Children.Length == 0;

    /// <summary>Per entry, <see cref="ClusteringFeature.Weight"/>.</summary>
    public double[] Weights { get; }

    /// <summary>Per entry, <see cref="ClusteringFeature.Deviation"/>.</summary>
    public double[] Deviations { get; }

    /// <summary>Per entry, <see cref="ClusteringFeature.Updated"/>.</summary>
    public double[] Updates { get; }

    /// <summary>Per entry of a leaf, <see cref="ClusteringFeature.Id"/>.</summary>
    public long[] Ids { get; }

    /// <summary>Per entry of an inner node, the node that it sums up.</summary>
    public BirchNode[] Children { get; }

    /// <summary>The bytes that it takes, without the nodes below it.</summary>
    public long Bytes => sizeof(double) * (((long)_blocks.Length * _dimensions * Lanes) + Weights.Length + Deviations.Length + Updates.Length + Ids.Length + Children.Length);

    /// <summary>How many numbers <see cref="Measure"/> writes at most.</summary>
    public static int ScratchSize(int capacity) => (capacity + Lanes - 1) / Lanes * Lanes;

    /// <summary>The entry with the nearest centroid, the first of equals; -1 where there is none. O(entries d).</summary>
    public int Nearest(ReadOnlySpan<double> row, Span<double> squares)
    {
        Measure(row, 0, squares);
        return TensorPrimitives.IndexOfMin<double>(squares[..Count]);
    }

    /// <summary>The squared distances to the centroids of entries from <paramref name="first"/>, rounded down to a block, on. O(entries d).</summary>
    public void Measure(ReadOnlySpan<double> row, int first, Span<double> squares)
    {
        int block = first / Lanes;
        CentroidScan.Squares(_blocks.AsSpan(block..((Count + Lanes - 1) / Lanes)), row, squares[(block * Lanes)..]);
    }

    /// <summary>The squared radius of an entry and a feature together. O(1).</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="squared">The squared distance of their means.</param>
    public double SquaredRadius(int entry, ClusteringFeature feature, double squared) =>
        SquaredRadius(Weights[entry], Deviations[entry], feature.Weight, feature.Deviation, squared);

    /// <summary>The squared radius of two entries together. O(1).</summary>
    public double SquaredRadius(int a, int b, double squared) => SquaredRadius(Weights[a], Deviations[a], Weights[b], Deviations[b], squared);

    /// <summary>Takes a feature into an entry. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge(int entry, ClusteringFeature feature, double squared)
    {
        double weight = Weights[entry], total = weight + feature.Weight, share = feature.Weight / total;
        Deviations[entry] += feature.Deviation + weight * share * squared;
        Weights[entry] = total;
        Updates[entry] = Math.Max(Updates[entry], feature.Updated);
        double[] block = _blocks[entry / Lanes];
        for (int t = 0, at = entry % Lanes; t < feature.Mean.Length; t++, at += Lanes)
        {
            block[at] += (feature.Mean[t] - block[at]) * share;
        }
    }

    /// <summary>Adds an entry at the end. O(d).</summary>
    public void Add(ClusteringFeature feature, BirchNode? child)
    {
        if (Count % Lanes == 0 && Count / Lanes == _blocks.Length)
        {
            double[] block = new double[_dimensions * Lanes];
            _blocks = [.. _blocks, block];
        }

        Count++;
        Put(Count - 1, feature, child);
    }

    /// <summary>Overwrites an entry. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Put(int entry, ClusteringFeature feature, BirchNode? child)
    {
        Weights[entry] = feature.Weight;
        Deviations[entry] = feature.Deviation;
        Updates[entry] = feature.Updated;
        if (child is null)
        {
            Ids[entry] = feature.Id;
        }
        else
        {
            Children[entry] = child;
        }

        double[] block = _blocks[entry / Lanes];
        for (int t = 0, at = entry % Lanes; t < feature.Mean.Length; t++, at += Lanes)
        {
            block[at] = feature.Mean[t];
        }
    }

    /// <summary>Copies an entry out. O(d).</summary>
    public void CopyTo(int entry, ClusteringFeature feature)
    {
        feature.Weight = Weights[entry];
        feature.Deviation = Deviations[entry];
        feature.Updated = Updates[entry];
        feature.Id = IsLeaf ? Ids[entry] : -1;
        CopyMean(entry, feature.Mean);
    }

    /// <summary>Copies an entry's centroid out. O(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyMean(int entry, Span<double> mean)
    {
        double[] block = _blocks[entry / Lanes];
        for (int t = 0, at = entry % Lanes; t < mean.Length; t++, at += Lanes)
        {
            mean[t] = block[at];
        }
    }

    /// <summary>Sums all entries up. O(entries d).</summary>
    /// <param name="total">Receives the sum.</param>
    /// <param name="mean">d numbers to work with.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Summarise(ClusteringFeature total, double[] mean)
    {
        CopyTo(0, total);
        total.Id = -1;
        for (int entry = 1; entry < Count; entry++)
        {
            CopyMean(entry, mean);
            double weight = total.Weight, share = Weights[entry] / (weight + Weights[entry]), squared = 0;
            for (int t = 0; t < mean.Length; t++)
            {
                double difference = mean[t] - total.Mean[t];
                squared += difference * difference;
                total.Mean[t] += difference * share;
            }

            total.Weight += Weights[entry];
            total.Deviation += Deviations[entry] + weight * share * squared;
            total.Updated = Math.Max(total.Updated, Updates[entry]);
        }
    }

    /// <summary>Takes the entries of another node in place of its own; the other must not be used any more. O(entries).</summary>
    public void TakeFrom(BirchNode other)
    {
        Count = other.Count;
        _blocks = other._blocks;
        other.Weights.CopyTo(Weights, 0);
        other.Deviations.CopyTo(Deviations, 0);
        other.Updates.CopyTo(Updates, 0);
        other.Ids.CopyTo(Ids, 0);
        other.Children.CopyTo(Children, 0);
    }

    private static double SquaredRadius(double weightA, double deviationA, double weightB, double deviationB, double squared)
    {
        double total = weightA + weightB;
        return (deviationA + deviationB + weightA * (weightB / total) * squared) / total;
    }
}
