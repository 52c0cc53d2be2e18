using System.Numerics.Tensors;
using Pipeline.Models;

namespace Pipeline.Classification;

/// <summary>The typical incidents of a model's clusters with their embeddings. Safe for use by many threads.</summary>
public sealed class ExampleIndex
{
    private readonly (ModelProblem Problem, ModelCluster Cluster, string Text)[] _examples;
    private readonly float[] _unitVectors;
    private readonly int _dimensions;

    /// <summary>Makes the index.</summary>
    /// <param name="examples">Problem, cluster and masked text of each example.</param>
    /// <param name="embeddings">One embedding per example, all of the same length; copied and scaled to unit length.</param>
    public ExampleIndex(IReadOnlyList<(ModelProblem Problem, ModelCluster Cluster, string Text)> examples, IReadOnlyList<ReadOnlyMemory<float>> embeddings)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(embeddings);
        _examples = [.. examples];
        _unitVectors = EmbeddingMatrix.Of(embeddings);
        _dimensions = embeddings.Count == 0 ? 0 : embeddings[0].Length;
        for (int row = 0; row < _examples.Length; row++)
        {
            Span<float> vector = _unitVectors.AsSpan(row * _dimensions, _dimensions);
            float norm = TensorPrimitives.Norm<float>(vector);
            if (norm > 0)
            {
                TensorPrimitives.Divide(vector, norm, vector);
            }
        }
    }

    /// <summary>The most similar examples, the most similar first, ties in the order of the index. O(examples x dimensions).</summary>
    /// <param name="embedding">The text's embedding; one of zeros is similar to nothing.</param>
    /// <param name="count">At most this many.</param>
    public IReadOnlyList<NearestExample> Nearest(ReadOnlySpan<float> embedding, int count)
    {
        float norm = TensorPrimitives.Norm(embedding);
        if (norm == 0 || _examples.Length == 0)
        {
            return [];
        }

        double[] similarities = new double[_examples.Length];
        for (int row = 0; row < similarities.Length; row++)
        {
            similarities[row] = Math.Clamp(Dot(embedding, row) / norm, -1, 1);
        }

        return
        [
            .. Enumerable.Range(0, similarities.Length)
                .OrderByDescending(row => similarities[row]).ThenBy(row => row).Take(count)
                .Select(row => new NearestExample(_examples[row].Problem.Id, _examples[row].Problem.Label, _examples[row].Cluster.Id, _examples[row].Cluster.Label, _examples[row].Text, Math.Round(similarities[row], 4))),
        ];
    }

    private double Dot(ReadOnlySpan<float> vector, int row) => TensorPrimitives.Dot(vector, _unitVectors.AsSpan(row * _dimensions, _dimensions));
}

/// <summary>A typical incident that a text is like.</summary>
/// <param name="ProblemId">The problem that it is an example of.</param>
/// <param name="ProblemLabel">The problem's name.</param>
/// <param name="ClusterId">The cluster, the problem's variant.</param>
/// <param name="ClusterLabel">The cluster's name.</param>
/// <param name="Text">Its masked text.</param>
/// <param name="Similarity">The cosine of the two embeddings, -1 to 1.</param>
public sealed record NearestExample(int ProblemId, string ProblemLabel, int ClusterId, string ClusterLabel, string Text, double Similarity);
