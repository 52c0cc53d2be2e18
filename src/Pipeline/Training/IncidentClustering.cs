using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>Embeddings in, clusters out: reduction, layout, HDBSCAN, and one answer per text.</summary>
public static class IncidentClustering
{
    /// <summary>Clusters the incidents of a window.</summary>
    /// <param name="embeddings">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per embedding.</param>
    /// <param name="texts">The content hash of each incident's text: equal texts get the same cluster.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static ClusteredIncidents Cluster(float[] embeddings, int dimensions, IReadOnlyList<string> texts, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(parameters);
        EmbeddingReduction reduction = EmbeddingReduction.Fit(embeddings, dimensions, parameters, maxDegreeOfParallelism, cancellationToken);
        float[] reduced = reduction.Transform(embeddings, maxDegreeOfParallelism);

        // A neighbourhood graph needs more different texts than neighbours; fewer are clustered as they are, where equal texts coincide.
        bool few = texts.Distinct(StringComparer.Ordinal).Take(parameters.Neighbors + 1).Count() <= parameters.Neighbors;
        UmapModel? layout = null;
        float[] map;
        if (few)
        {
            map = FirstTwo(reduced, reduction.Dimensions);
        }
        else
        {
            UmapOptions options = ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism);
            UmapGraph graph = Umap.BuildGraph(reduced, reduction.Dimensions, options, ct: cancellationToken);
            layout = Umap.Fit(graph, reduced, reduction.Dimensions, options, ct: cancellationToken);

            // People look at the map: it takes UMAP's own number of passes and step length.
            map = Umap.Layout(graph, options with { Components = 2, MinDistance = 0.1, Epochs = null, LearningRate = 1 }, ct: cancellationToken);
        }

        HdbscanOptions hdbscan = new()
        {
            MinClusterSize = parameters.MinClusterSize,
            MinSamples = parameters.MinSamples,
            AllowSingleCluster = few,
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        float[] clustered = layout?.Embedding ?? reduced;
        HdbscanResult result = Hdbscan.Fit(clustered, layout?.Options.Components ?? reduction.Dimensions, hdbscan, ct: cancellationToken);
        (int[] labels, double[] probabilities) = OneAnswerPerText(texts, result);
        if (layout is not null)
        {
            Dissolve(labels, reduced, reduction.Dimensions, result.ClusterCount, parameters);
        }

        ClusterCoherence coherence = ClusterCoherence.Of(reduced, reduction.Dimensions, labels, result.ClusterCount);
        ClusterGeometry geometry = new(reduction, layout, result.ToModel(clustered), [.. Enumerable.Range(0, result.ClusterCount)], coherence.Directions, layout is null ? -1 : parameters.MinLikeness, maxDegreeOfParallelism);
        double dbcv = result.ClusterCount > 1 ? Dbcv.Compute(clustered, clustered.Length / labels.Length, labels, maxDegreeOfParallelism: maxDegreeOfParallelism, ct: cancellationToken) : 0;
        return new ClusteredIncidents(labels, probabilities, result, reduced, reduction.Dimensions, map, coherence, geometry, dbcv);
    }

    private static (int[] Labels, double[] Probabilities) OneAnswerPerText(IReadOnlyList<string> texts, HdbscanResult result)
    {
        int[] labels = [.. result.Labels];
        double[] probabilities = [.. result.Probabilities];
        foreach (IGrouping<string, int> copies in Enumerable.Range(0, labels.Length).GroupBy(row => texts[row], StringComparer.Ordinal).Where(g => g.Skip(1).Any()))
        {
            IGrouping<int, int> majority = copies.GroupBy(row => result.Labels[row]).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
            double probability = majority.Max(row => result.Probabilities[row]);
            foreach (int row in copies)
            {
                labels[row] = majority.Key;
                probabilities[row] = probability;
            }
        }

        return (labels, probabilities);
    }

    // First the clusters whose members are not alike, then the members that are not like the rest of their cluster.
    private static void Dissolve(int[] labels, float[] reduced, int dimensions, int clusterCount, TrainingParameters parameters)
    {
        ClusterCoherence coherence = ClusterCoherence.Of(reduced, dimensions, labels, clusterCount);
        for (int row = 0; row < labels.Length; row++)
        {
            int label = labels[row];
            if (label >= 0 && (coherence.OfCluster(label) < parameters.MinCoherence || coherence.OfMember(reduced.AsSpan(row * dimensions, dimensions), label) < parameters.MinLikeness))
            {
                labels[row] = -1;
            }
        }
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
