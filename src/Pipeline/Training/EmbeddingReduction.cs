using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>
/// The step from embeddings to the vectors that are laid out: principal components, each divided by its standard deviation to a power.
/// Words that most incidents share fill the first components; the division damps them (a part of whitening, after Mu and Viswanath 2018, who remove them).
/// </summary>
public sealed class EmbeddingReduction
{
    private const string MeanTensor = "pca.mean";
    private const string ComponentsTensor = "pca.components";
    private const string VarianceTensor = "pca.variance";
    private const string ScaleTensor = "pca.scale";

    private readonly PcaModel _pca;
    private readonly float[] _scale;

    private EmbeddingReduction(PcaModel pca, float[] scale)
    {
        _pca = pca;
        _scale = scale;
    }

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
        PcaModel pca = Pca.Fit(embeddings, dimensions, parameters.Dimensions, parameters.Seed, maxDegreeOfParallelism, cancellationToken);
        double largest = pca.ExplainedVariance.Max();
        float[] scale = [.. pca.ExplainedVariance.Select(variance => variance > 1e-9 * largest ? (float)Math.Pow(variance / largest, -parameters.Flattening / 2) : 0)];
        return new EmbeddingReduction(pca, scale);
    }

    /// <summary>Reduces embeddings; each row of the answer depends on its own row only.</summary>
    /// <param name="embeddings">n x the embedder's dimensions, row-major.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores.</param>
    /// <returns>n x <see cref="Dimensions"/>, row-major.</returns>
    public float[] Transform(ReadOnlyMemory<float> embeddings, int? maxDegreeOfParallelism)
    {
        float[] reduced = _pca.Transform(embeddings, maxDegreeOfParallelism);
        for (int i = 0; i < reduced.Length; i++)
        {
            reduced[i] *= _scale[i % _scale.Length];
        }

        return reduced;
    }

    internal static EmbeddingReduction Read(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        PcaModel pca = new(arrays.Get<float>(MeanTensor), arrays.Get<float>(ComponentsTensor), arrays.Get<float>(VarianceTensor));
        return new EmbeddingReduction(pca, arrays.Get<float>(ScaleTensor));
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        arrays[MeanTensor] = SafeTensor.From<float>(_pca.Mean, _pca.Dimensions);
        arrays[ComponentsTensor] = SafeTensor.From<float>(_pca.Components, _pca.ComponentCount, _pca.Dimensions);
        arrays[VarianceTensor] = SafeTensor.From<float>(_pca.ExplainedVariance, _pca.ComponentCount);
        arrays[ScaleTensor] = SafeTensor.From<float>(_scale, _scale.Length);
    }
}
