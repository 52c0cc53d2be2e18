using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>Embeddings in, clusters out: reduction, several layouts, HDBSCAN in each, and what they agree on. Copies of a text are one text throughout.</summary>
public static class IncidentClustering
{
    // People look at the map, so it takes longer than the layouts that are clustered; more than this changes little of it.
    private const int MapEpochs = 200;

    // Taking a member out moves the mean that the others are measured by; it settles in a few rounds.
    private const int DoubtRounds = 5;

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
        ArgumentNullException.ThrowIfNull(parameters);
        DistinctTexts distinct = DistinctTexts.Of(texts);
        float[] vectors = distinct.Rows(embeddings, dimensions);
        EmbeddingReduction reduction = background ?? EmbeddingReduction.Fit(vectors, dimensions, parameters, maxDegreeOfParallelism, cancellationToken);
        float[] reduced = reduction.Transform(vectors, maxDegreeOfParallelism);

        // A neighbourhood graph needs more different texts than neighbours; fewer are clustered as they are.
        bool few = distinct.Count <= parameters.Neighbors;
        (LayoutConsensus found, float[] map) = few
            ? (Alone(reduced, reduction.Dimensions, distinct, parameters, maxDegreeOfParallelism, cancellationToken), FirstTwo(reduced, reduction.Dimensions))
            : LaidOut(reduced, reduction.Dimensions, distinct, parameters, maxDegreeOfParallelism, cancellationToken);
        double minLikeness = few ? -1 : LeastLikeness(reduced, reduction.Dimensions, distinct, texts, parameters);
        int[] labels = [.. found.Labels];
        TakeOut(labels, reduced, reduction.Dimensions, found.ClusterCount, distinct.Copies, parameters.MinClusterSize, minLikeness);
        int count = WithClustersOfCopies(labels, found.ClusterCount, distinct.Copies, parameters.MinClusterSize);

        ClusterCoherence coherence = ClusterCoherence.Of(reduced, reduction.Dimensions, labels, count);
        ClusterCoherence whole = ClusterCoherence.Of(reduction.Centre(vectors), dimensions, labels, count);
        UmapGraph wide = Umap.BuildGraph(reduced, reduction.Dimensions, ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism) with { Neighbors = Math.Clamp(distinct.Count / 3, 2, ProblemGrouping.Neighbors) }, ct: cancellationToken);
        int[] problems = ProblemGrouping.Group(wide, labels, count);
        HeldOutAnswers heldOut = HeldOutAnswers.Of(wide, reduced, reduction.Dimensions, labels, problems, found.Runs);
        MemberGeometry geometry = new(reduction, reduced, labels, [.. Enumerable.Range(0, count)], problems, coherence.Directions, whole.Directions, minLikeness, heldOut.Confidence, maxDegreeOfParallelism);
        double[] agreement = [.. found.Agreement.Select((part, text) => labels[text] < found.ClusterCount ? part : 1)];
        double dbcv = count > 1
            ? Dbcv.Compute(found.Layout, found.Layout.Length / labels.Length, labels, maxDegreeOfParallelism: maxDegreeOfParallelism, ct: cancellationToken)
            : 0;
        return new ClusteredIncidents(
            distinct.ToIncidents<int>(labels),
            distinct.ToIncidents<double>(heldOut.Confidences),
            problems,
            Persistence(labels, count, agreement),
            distinct.ToIncidents<float>(reduced, reduction.Dimensions),
            reduction.Dimensions,
            distinct.ToIncidents<float>(map, 2),
            coherence,
            geometry,
            dbcv,
            found.Stability);
    }

    private static (LayoutConsensus Found, float[] Map) LaidOut(float[] reduced, int dimensions, DistinctTexts distinct, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        UmapOptions options = ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism);
        UmapGraph graph = Umap.BuildGraph(reduced, dimensions, options, ct: cancellationToken);
        LayoutConsensus found = LayoutConsensus.Find(graph, distinct.Copies, parameters, maxDegreeOfParallelism, cancellationToken);
        float[] map = Umap.Layout(graph, options with { Components = 2, MinDistance = 0.1, Epochs = MapEpochs, LearningRate = 1 }, ct: cancellationToken);
        return (found, map);
    }

    private static double LeastLikeness(float[] reduced, int dimensions, DistinctTexts distinct, IReadOnlyList<string> texts, TrainingParameters parameters)
    {
        BackgroundLikeness background = BackgroundLikeness.Measure(reduced, dimensions, [.. distinct.FirstRows.Select(row => texts[row])], parameters.Seed);
        return background.Mean + (parameters.MinCoherence * background.Deviation);
    }

    // So few texts that only their copies make clusters of them.
    private static LayoutConsensus Alone(float[] reduced, int dimensions, DistinctTexts distinct, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        HdbscanOptions options = new()
        {
            MinClusterSize = parameters.MinClusterSize,
            MinSamples = parameters.MinSamples,
            AllowSingleCluster = true,
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        HdbscanResult result = Hdbscan.Fit(reduced, dimensions, distinct.Copies, options, ct: cancellationToken);
        return new LayoutConsensus(result.Labels, result.ClusterCount, result.Probabilities, 1, reduced, [result.Labels]);
    }

    // A layout pushes whatever is like nothing else together, and such a heap looks dense. Its members leave it one by one, as they are not like the rest.
    private static void TakeOut(int[] labels, float[] reduced, int dimensions, int clusterCount, int[] copies, int minClusterSize, double minLikeness)
    {
        bool changed = true;
        for (int round = 0; changed && round < DoubtRounds; round++)
        {
            ClusterCoherence coherence = ClusterCoherence.Of(reduced, dimensions, labels, clusterCount);
            int[] left = new int[clusterCount];
            changed = false;
            for (int text = 0; text < labels.Length; text++)
            {
                if (labels[text] >= 0 && coherence.OfMember(reduced.AsSpan(text * dimensions, dimensions), labels[text]) < minLikeness)
                {
                    labels[text] = -1;
                    changed = true;
                }
                else if (labels[text] >= 0)
                {
                    left[labels[text]] += copies[text];
                }
            }

            for (int text = 0; text < labels.Length; text++)
            {
                if (labels[text] >= 0 && left[labels[text]] < minClusterSize)
                {
                    labels[text] = -1;
                    changed = true;
                }
            }
        }
    }

    // A text that is like no other is a problem all the same when it alone was reported often enough.
    private static int WithClustersOfCopies(int[] labels, int clusterCount, int[] copies, int minClusterSize)
    {
        for (int text = 0; text < labels.Length; text++)
        {
            if (labels[text] < 0 && copies[text] >= minClusterSize)
            {
                labels[text] = clusterCount++;
            }
        }

        return clusterCount;
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

        return [.. sums.Zip(sizes, (sum, size) => size == 0 ? 0 : sum / size)];
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
