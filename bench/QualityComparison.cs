using Pipeline.Clustering;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Bench;

/// <summary>Ways from the same reduced vectors to clusters: UMAP and HDBSCAN with the pipeline's parameters, and the clustering of embeddings with its own defaults.</summary>
internal static class QualityComparison
{
    /// <summary>Reduces the preprocessed texts as a training does.</summary>
    /// <param name="pipeline">A pipeline whose texts are preprocessed.</param>
    /// <param name="numbers">The texts' numbers, in the order of the answer.</param>
    /// <param name="settings">The parameters.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<(float[] Vectors, int Dimensions, TrainingParameters Parameters)> ReduceAsync(
        LocalPipeline pipeline, IReadOnlyList<string> numbers, PipelineSettings settings, CancellationToken cancellationToken)
    {
        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(StringComparer.Ordinal);
        foreach (TechCenterStatistics center in await pipeline.TechCenters.ReadStatisticsAsync(cancellationToken))
        {
            await foreach (PreprocessedIncident row in pipeline.Preprocessed.ReadWindowAsync(
                center.TechCenter, pipeline.Preprocess.Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken))
            {
                embeddings.Add(row.Number, row.Embedding);
            }
        }

        TrainingParameters parameters = settings.Training.Resolve(numbers.Count);
        float[] matrix = EmbeddingMatrix.Of([.. numbers.Select(number => embeddings[number])]);
        EmbeddingReduction reduction = EmbeddingReduction.Fit(matrix, matrix.Length / numbers.Count, parameters, maxDegreeOfParallelism: null, cancellationToken);
        return (reduction.Transform(matrix, maxDegreeOfParallelism: null), reduction.Dimensions, parameters);
    }

    /// <summary>The labels of each way and the best time of a few runs, after a first one that compiles the code.</summary>
    public static IEnumerable<(string Way, int[] Labels, double Seconds)> Run(float[] vectors, int dimensions, TrainingParameters parameters, CancellationToken cancellationToken)
    {
        UmapOptions umap = new()
        {
            Neighbors = parameters.Neighbors,
            Components = parameters.LayoutDimensions,
            Epochs = parameters.LayoutEpochs,
            LearningRate = parameters.LayoutLearningRate,
            RepulsionStrength = 1,
            Seed = parameters.Seed,
        };
        HdbscanOptions hdbscan = new() { MinClusterSize = parameters.MinClusterSize, MinSamples = parameters.MinSamples };
        EmbeddingClusteringOptions embedding = new() { Seed = parameters.Seed };
        yield return Time("UMAP and HDBSCAN", () => Hdbscan.Fit(
            Umap.Fit(vectors, dimensions, umap, progress: null, cancellationToken).Embedding, umap.Components, hdbscan, progress: null, cancellationToken).Labels);
        yield return Time("embedding clustering", () => EmbeddingClustering.Fit(vectors, dimensions, embedding, progress: null, cancellationToken).Clusters.Labels);
    }

    private static (string Way, int[] Labels, double Seconds) Time(string way, Func<int[]> work)
    {
        const int Runs = 3;
        int[] labels = work();
        return (way, labels, Enumerable.Range(0, Runs).Min(_ => Stopclock.Time(work).Took.Seconds));
    }
}
