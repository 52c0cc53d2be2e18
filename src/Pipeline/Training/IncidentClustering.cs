using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>Embeddings in, clusters out: reduction, several layouts, HDBSCAN in each, and what they agree on. Copies of a text are one text throughout.</summary>
public static class IncidentClustering
{
    // People look at the map, so it takes longer than the layouts that are clustered; more than this changes little of it.
    private const int MapEpochs = 200;

    /// <summary>Clusters the incidents of a window.</summary>
    /// <param name="embeddings">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per embedding.</param>
    /// <param name="texts">The content hash of each incident's text: equal texts get the same cluster.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="background">The reduction to use, learned from more texts than these; null to learn one from these.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static ClusteredIncidents Cluster(
        float[] embeddings, int dimensions, IReadOnlyList<string> texts, TrainingParameters parameters, int? maxDegreeOfParallelism, EmbeddingReduction? background = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(texts);
        DistinctTexts distinct = DistinctTexts.Of(texts);
        return Cluster(distinct, distinct.Rows(embeddings, dimensions), [.. distinct.FirstRows.Select(row => texts[row])], parameters, maxDegreeOfParallelism, background, cancellationToken);
    }

    /// <summary>Clusters the incidents of a window by their different texts.</summary>
    /// <param name="distinct">The texts.</param>
    /// <param name="embeddings">The embedding of each text, row-major. Kept, not copied.</param>
    /// <param name="hashes">The content hash of each text.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="background">The reduction to use, learned from more texts than these; null to learn one from these.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static ClusteredIncidents Cluster(
        DistinctTexts distinct, float[] embeddings, string[] hashes, TrainingParameters parameters, int? maxDegreeOfParallelism, EmbeddingReduction? background, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(distinct);
        ArgumentNullException.ThrowIfNull(parameters);
        TrainingTexts different = TrainingTexts.Of(embeddings, hashes, distinct.Copies, parameters, background, maxDegreeOfParallelism, cancellationToken);
        TextClustering found = TextClustering.Find(different, maxDegreeOfParallelism, cancellationToken);
        (AnswerConfidence confidence, double[] confidences) = HeldOutAnswers.Learn(found, different, maxDegreeOfParallelism, cancellationToken);
        (float[] reduced, int reducedDimensions) = (different.Vectors, different.Reduction.Dimensions);
        float[] map = found.Graph is null
            ? FirstTwo(reduced, reducedDimensions)
            : Umap.Layout(found.Graph, ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism) with { Components = 2, MinDistance = 0.1, Epochs = MapEpochs, LearningRate = 1 }, ct: cancellationToken);
        (int[] labels, int count) = (found.Labels, found.Problems.Length);
        ClusterCoherence coherence = different.Coherence(labels, count);
        MemberGeometry geometry = new(
            different.Reduction, reduced, labels, [.. Enumerable.Range(0, count)], found.Problems, coherence.Directions, different.WholeCoherence(labels, count).Directions, different.MinLikeness, confidence, maxDegreeOfParallelism);
        double dbcv = count > 1
            ? Dbcv.Compute(found.Layout, found.Layout.Length / labels.Length, labels, maxDegreeOfParallelism: maxDegreeOfParallelism, ct: cancellationToken)
            : 0;
        return new ClusteredIncidents(
            distinct.ToIncidents<int>(labels),
            distinct.ToIncidents<double>(confidences),
            found.Problems,
            Persistence(labels, count, found.Agreement),
            distinct,
            reduced,
            reducedDimensions,
            distinct.ToIncidents<float>(map, 2),
            coherence,
            geometry,
            dbcv,
            found.Stability);
    }

    // A cluster persists as far as the layouts agree on its members.
    private static double[] Persistence(int[] labels, int clusterCount, double[] agreement)
    {
        double[] sums = new double[clusterCount];
        int[] sizes = new int[clusterCount];
        for (int text = 0; text < labels.Length; text++)
        {
            if (labels[text] >= 0)
            {
                sums[labels[text]] += agreement[text];
                sizes[labels[text]]++;
            }
        }

        return [.. sums.Zip(sizes, (sum, size) => sum / size)];
    }

    private static float[] FirstTwo(float[] reduced, int dimensions)
    {
        float[] map = new float[reduced.Length / dimensions * 2];
        for (int row = 0; row < map.Length / 2; row++)
        {
            map[2 * row] = reduced[row * dimensions];
            map[(2 * row) + 1] = dimensions > 1 ? reduced[(row * dimensions) + 1] : 0;
        }

        return map;
    }
}
