using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>How alike the members of each cluster are, measured where the layout cannot deceive: on the vectors before it.</summary>
public static class ClusterCoherence
{
    /// <summary>The mean cosine over all pairs of members of each cluster, in O(n x dimensions) by way of the sum of unit vectors.</summary>
    /// <param name="vectors">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <param name="labels">The cluster of each vector, 0 to <paramref name="clusterCount"/> - 1, or -1 for none.</param>
    /// <param name="clusterCount">How many clusters there are.</param>
    /// <returns>-1 to 1 for each cluster; 1 for one with fewer than two members. A zero vector has cosine 0 to every other one.</returns>
    public static double[] Compute(ReadOnlySpan<float> vectors, int dimensions, ReadOnlySpan<int> labels, int clusterCount)
    {
        double[] sums = new double[clusterCount * dimensions];
        double[] squares = new double[clusterCount];
        int[] sizes = new int[clusterCount];
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] < 0)
            {
                continue;
            }

            ReadOnlySpan<float> vector = vectors.Slice(row * dimensions, dimensions);
            sizes[labels[row]]++;
            double norm = TensorPrimitives.Norm(vector);
            if (norm > 0)
            {
                squares[labels[row]]++;
                Span<double> sum = sums.AsSpan(labels[row] * dimensions, dimensions);
                for (int d = 0; d < dimensions; d++)
                {
                    sum[d] += vector[d] / norm;
                }
            }
        }

        double[] coherence = new double[clusterCount];
        for (int cluster = 0; cluster < clusterCount; cluster++)
        {
            ReadOnlySpan<double> sum = sums.AsSpan(cluster * dimensions, dimensions);
            double pairs = (double)sizes[cluster] * (sizes[cluster] - 1);
            coherence[cluster] = pairs == 0 ? 1 : (TensorPrimitives.Dot(sum, sum) - squares[cluster]) / pairs;
        }

        return coherence;
    }
}
