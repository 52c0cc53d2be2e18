using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>The step from embeddings to the vectors that are laid out: principal components, with what most texts share damped, at unit length.</summary>
public sealed class EmbeddingReduction
{
    // With fewer, components describe single texts, and a new text is like none of them.
    private const int TextsPerDimension = 5;
    private const int FewestDimensions = 2;

    // A reduction copies what it reduces, as many rows at a time.
    private const int RowsAtOnce = 8_192;

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

    /// <summary>Learns the reduction from the embeddings of different texts. Those that are almost another one are left out of it, so that an alert in 270 wordings is not what all texts are measured by.</summary>
    /// <param name="embeddings">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per embedding.</param>
    /// <param name="parameters">Dimensions to keep, fewer where there are not five texts for each; damping and seed.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static EmbeddingReduction Fit(ReadOnlyMemory<float> embeddings, int dimensions, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int[] different = NearCopies.Representatives(embeddings.Span, dimensions);
        int kept = Math.Min(parameters.Dimensions, Math.Max(FewestDimensions, embeddings.Length / dimensions / TextsPerDimension));
        PcaModel pca = Pca.Fit(embeddings, dimensions, kept, parameters.Seed, maxDegreeOfParallelism, ct: cancellationToken, rows: different);
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
        kept = new float[embeddings.Length / _pca.Dimensions];
        float[] reduced = new float[kept.Length * Dimensions];
        for (int first = 0; first < kept.Length; first += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, kept.Length - first);
            _pca.Transform(embeddings.Slice(first * _pca.Dimensions, rows * _pca.Dimensions), maxDegreeOfParallelism).CopyTo(reduced, first * Dimensions);
        }

        for (int row = 0; row < kept.Length; row++)
        {
            float whole = TensorPrimitives.Distance(embeddings.Span.Slice(row * _pca.Dimensions, _pca.Dimensions), _pca.Mean);
            kept[row] = whole == 0 ? 1 : TensorPrimitives.Norm(reduced.AsSpan(row * Dimensions, Dimensions)) / whole;
        }

        _damping.ApplyToRows(reduced);
        return reduced;
    }

    /// <summary>Embeddings less their mean at unit length, nothing left out: texts that the components hardly know can be compared in them all the same.</summary>
    /// <param name="embeddings">n x the embedder's dimensions, row-major.</param>
    /// <returns>The same form; zero where an embedding is the mean.</returns>
    public float[] Centre(ReadOnlySpan<float> embeddings)
    {
        float[] centred = new float[embeddings.Length];
        for (int start = 0; start < centred.Length; start += _pca.Dimensions)
        {
            CentreRow(embeddings.Slice(start, _pca.Dimensions), centred.AsSpan(start, _pca.Dimensions));
        }

        return centred;
    }

    /// <summary>As <see cref="Centre"/>, of one embedding.</summary>
    /// <param name="embedding">The embedding.</param>
    /// <param name="centred">Gets the answer.</param>
    internal void CentreRow(ReadOnlySpan<float> embedding, Span<float> centred)
    {
        TensorPrimitives.Subtract(embedding, _pca.Mean, centred);
        float norm = TensorPrimitives.Norm<float>(centred);
        if (norm > 0)
        {
            TensorPrimitives.Divide(centred, norm, centred);
        }
    }

    internal static EmbeddingReduction Read(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        PcaModel pca = PcaModel.Restore(arrays);
        return new EmbeddingReduction(pca, new FrequencyDamping(arrays.GetFinite<float>(ScaleTensor, pca.ComponentCount)));
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        foreach ((string name, SafeTensor array) in _pca.Snapshot())
        {
            arrays[name] = array;
        }

        arrays[ScaleTensor] = SafeTensor.From(_damping.Scales, _damping.Scales.Length);
    }
}
