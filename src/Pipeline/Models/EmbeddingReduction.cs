using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>The step from embeddings to the vectors that are laid out: principal components, with what most texts share damped, at unit length.</summary>
public sealed class EmbeddingReduction
{
    private const string MeanTensor = "pca.mean";
    private const string ComponentsTensor = "pca.components";
    private const string VarianceTensor = "pca.variance";
    private const string ScaleTensor = "pca.scale";

    private readonly PcaModel _pca;
    private readonly FrequencyDamping _damping;

    private EmbeddingReduction(PcaModel pca, FrequencyDamping damping)
    {
        _pca = pca;
        _damping = damping;
    }

    /// <summary>Values per embedding.</summary>
    public int EmbeddingDimensions => _pca.Dimensions;

    /// <summary>Values per reduced vector.</summary>
    public int Dimensions => _pca.ComponentCount;

    /// <summary>Learns the reduction from the embeddings of a window.</summary>
    /// <param name="embeddings">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per embedding.</param>
    /// <param name="parameters">Dimensions to keep, damping and seed.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static EmbeddingReduction Fit(ReadOnlyMemory<float> embeddings, int dimensions, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        PcaModel pca = Pca.Fit(embeddings, dimensions, parameters.Dimensions, parameters.Seed, maxDegreeOfParallelism, ct: cancellationToken);
        return new EmbeddingReduction(pca, FrequencyDamping.Fit([.. pca.ExplainedVariance.Select(v => (double)v)], parameters.Damping));
    }

    /// <summary>Reduces embeddings; each row of the answer depends on its own row only.</summary>
    /// <param name="embeddings">n x the embedder's dimensions, row-major.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores.</param>
    /// <returns>n x <see cref="Dimensions"/>, row-major, of unit length or zero.</returns>
    public float[] Transform(ReadOnlyMemory<float> embeddings, int? maxDegreeOfParallelism) => Transform(embeddings, maxDegreeOfParallelism, out _);

    /// <summary>Reduces embeddings and tells how much of each the reduction keeps.</summary>
    /// <param name="embeddings">n x the embedder's dimensions, row-major.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores.</param>
    /// <param name="kept">
    /// The length of each centred embedding's part in the components over its whole length, 0 to 1: little where a text has hardly anything in common
    /// with those the reduction was learned from, and only that little decides where it lies.
    /// </param>
    /// <returns>n x <see cref="Dimensions"/>, row-major, of unit length or zero.</returns>
    public float[] Transform(ReadOnlyMemory<float> embeddings, int? maxDegreeOfParallelism, out float[] kept)
    {
        float[] reduced = _pca.Transform(embeddings, maxDegreeOfParallelism);
        kept = new float[embeddings.Length / _pca.Dimensions];
        for (int row = 0; row < kept.Length; row++)
        {
            float whole = TensorPrimitives.Distance(embeddings.Span.Slice(row * _pca.Dimensions, _pca.Dimensions), _pca.Mean);
            kept[row] = whole == 0 ? 1 : TensorPrimitives.Norm(reduced.AsSpan(row * Dimensions, Dimensions)) / whole;
        }

        _damping.ApplyToRows(reduced);
        return reduced;
    }

    internal static EmbeddingReduction Read(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        PcaModel pca = new(arrays.GetFinite<float>(MeanTensor), arrays.GetFinite<float>(ComponentsTensor), arrays.GetFinite<float>(VarianceTensor));
        return new EmbeddingReduction(pca, new FrequencyDamping(arrays.GetFinite<float>(ScaleTensor, pca.ComponentCount)));
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        arrays[MeanTensor] = SafeTensor.From<float>(_pca.Mean, _pca.Dimensions);
        arrays[ComponentsTensor] = SafeTensor.From<float>(_pca.Components, _pca.ComponentCount, _pca.Dimensions);
        arrays[VarianceTensor] = SafeTensor.From<float>(_pca.ExplainedVariance, _pca.ComponentCount);
        arrays[ScaleTensor] = SafeTensor.From(_damping.Scales, _damping.Scales.Length);
    }
}
