using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>
/// How alike the members of clusters are, measured where a layout cannot deceive: by cosine on the vectors before it. A layout pushes whatever is like
/// nothing else together, and such a heap looks dense; its members have a mean cosine of about 0 all the same.
/// </summary>
public sealed class ClusterCoherence
{
    private readonly int _dimensions;
    private readonly int[] _sizes;

    private ClusterCoherence(float[] directions, int dimensions, int[] sizes)
    {
        Directions = directions;
        _dimensions = dimensions;
        _sizes = sizes;
    }

    /// <summary>The mean of each cluster's unit vectors, clusters x dimensions, row-major: its product with a unit vector is that vector's mean cosine to the members.</summary>
    public float[] Directions { get; }

    /// <summary>Sums up clusters in O(n x dimensions).</summary>
    /// <param name="vectors">n x <paramref name="dimensions"/>, row-major, of unit length or zero.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <param name="labels">The cluster of each vector, 0 to <paramref name="clusterCount"/> - 1, or -1 for none.</param>
    /// <param name="clusterCount">How many clusters there are.</param>
    public static ClusterCoherence Of(ReadOnlySpan<float> vectors, int dimensions, ReadOnlySpan<int> labels, int clusterCount)
    {
        double[] sums = new double[clusterCount * dimensions];
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] >= 0)
            {
                Add(sums.AsSpan(labels[row] * dimensions, dimensions), vectors.Slice(row * dimensions, dimensions));
            }
        }

        return Of(sums, dimensions, labels, clusterCount);
    }

    /// <summary>As the other overload, of vectors that do not lie together.</summary>
    /// <param name="vectorOf">The vector of a row, of unit length or zero; asked for in turn, for rows that have a cluster.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <param name="labels">The cluster of each vector, 0 to <paramref name="clusterCount"/> - 1, or -1 for none.</param>
    /// <param name="clusterCount">How many clusters there are.</param>
    internal static ClusterCoherence Of(Func<int, ReadOnlySpan<float>> vectorOf, int dimensions, ReadOnlySpan<int> labels, int clusterCount)
    {
        double[] sums = new double[clusterCount * dimensions];
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] >= 0)
            {
                Add(sums.AsSpan(labels[row] * dimensions, dimensions), vectorOf(row));
            }
        }

        return Of(sums, dimensions, labels, clusterCount);
    }

    private static void Add(Span<double> sum, ReadOnlySpan<float> vector)
    {
        for (int d = 0; d < sum.Length; d++)
        {
            sum[d] += vector[d];
        }
    }

    private static ClusterCoherence Of(double[] sums, int dimensions, ReadOnlySpan<int> labels, int clusterCount)
    {
        int[] sizes = new int[clusterCount];
        foreach (int label in labels)
        {
            if (label >= 0)
            {
                sizes[label]++;
            }
        }

        float[] directions = new float[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            directions[i] = (float)(sums[i] / Math.Max(1, sizes[i / dimensions]));
        }

        return new ClusterCoherence(directions, dimensions, sizes);
    }

    /// <summary>The mean cosine over all pairs of a cluster's members, -1 to 1; 1 for fewer than two.</summary>
    public double OfCluster(int cluster)
    {
        ReadOnlySpan<float> direction = Directions.AsSpan(cluster * _dimensions, _dimensions);
        double size = _sizes[cluster];
        return size < 2 ? 1 : ((size * TensorPrimitives.Dot(direction, direction)) - 1) / (size - 1);
    }

    /// <summary>A member's mean cosine to the other members of its cluster, -1 to 1; 1 where there are none.</summary>
    /// <param name="vector">The member's vector, of unit length or zero.</param>
    /// <param name="cluster">Its cluster.</param>
    public double OfMember(ReadOnlySpan<float> vector, int cluster)
    {
        double size = _sizes[cluster];
        return size < 2 ? 1 : ((size * TensorPrimitives.Dot(vector, Directions.AsSpan(cluster * _dimensions, _dimensions))) - 1) / (size - 1);
    }

    /// <summary>The mean cosine to the members of a cluster of a text that is none of them, -1 to 1.</summary>
    /// <param name="vector">The text's vector, of unit length or zero.</param>
    /// <param name="cluster">The cluster.</param>
    public double OfNew(ReadOnlySpan<float> vector, int cluster) => TensorPrimitives.Dot(vector, Directions.AsSpan(cluster * _dimensions, _dimensions));
}
