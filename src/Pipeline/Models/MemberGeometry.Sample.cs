using Pipeline.Clustering;

namespace Pipeline.Models;

/// <content>What is measured by the texts of the training.</content>
public sealed partial class MemberGeometry
{
    private const int SilhouetteMembers = 2_000;
    private const int SilhouetteSample = 200;

    /// <summary>Answers texts and tells where they lie among the texts of the training. A text that is one of those is answered by the others, so that both kinds compare.</summary>
    /// <param name="embeddings">n x <see cref="EmbeddingDimensions"/>, row-major.</param>
    /// <param name="isMember">Whether each is a text of the training.</param>
    /// <param name="components">How many of the first components to tell.</param>
    /// <returns>One entry per text, in order.</returns>
    public ExaminedText[] Examine(ReadOnlyMemory<float> embeddings, IReadOnlyList<bool> isMember, int components)
    {
        ArgumentNullException.ThrowIfNull(isMember);
        float[] reduced = _reduction.Transform(embeddings, _maxDegreeOfParallelism, out float[] kept);
        float[] whole = _reduction.Centre(embeddings.Span);
        int told = Math.Min(components, _reduction.Dimensions);
        ExaminedText[] texts = new ExaminedText[kept.Length];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = _maxDegreeOfParallelism ?? Environment.ProcessorCount }, row =>
        {
            ReadOnlySpan<float> vector = Row(reduced, row, _reduction.Dimensions);
            ClusterAssignment answer = Answer(vector, Row(whole, row, _reduction.EmbeddingDimensions), kept[row], isMember[row]);
            texts[row] = new ExaminedText(answer.ClusterId, answer.Confidence, Math.Min(1, answer.Likeness!.Value / Math.Max(kept[row], float.Epsilon)), [.. vector[..told]]);
        });
        return texts;
    }

    /// <summary>The mean silhouette of 200 of the clustered texts among at most 2,000, by the cosine of their reduced vectors: -1 to 1; NaN with fewer than two clusters.</summary>
    public double Silhouette()
    {
        int step = 1 + ((_clusters.Length - 1) / SilhouetteMembers);
        int[] rows = [.. Enumerable.Range(0, _clusters.Length).Where(row => row % step == 0)];
        float[] vectors = new float[rows.Length * _reduction.Dimensions];
        foreach ((int place, int row) in rows.Index())
        {
            Row(_vectors, row, _reduction.Dimensions).CopyTo(vectors.AsSpan(place * _reduction.Dimensions));
        }

        return Clustering.Silhouette.Compute(vectors, _reduction.Dimensions, Array.ConvertAll(rows, row => _clusters[row]), DistanceMetric.Cosine, SilhouetteSample, maxDegreeOfParallelism: _maxDegreeOfParallelism);
    }
}

/// <summary>Where a text lies among those of the training.</summary>
/// <param name="ClusterId">The cluster that it is answered with; -1 for none.</param>
/// <param name="Confidence">How sure that is, 0 to 1.</param>
/// <param name="Likeness">The cosine to the nearest other text of the training, in the components.</param>
/// <param name="Components">Its first components.</param>
public sealed record ExaminedText(int ClusterId, double Confidence, double Likeness, IReadOnlyList<float> Components);
