using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>
/// Clusters that do not hang on a layout's random start: several layouts of one graph are clustered by HDBSCAN, and what most of them put together stays together
/// (evidence accumulation, Fred and Jain 2005, over the graph's edges alone).
/// </summary>
/// <param name="Labels">The cluster of each text, numbered by first text; -1 for none.</param>
/// <param name="ClusterCount">How many clusters there are.</param>
/// <param name="Agreement">For each text, the part of its ties that most layouts keep within its cluster, 0 to 1; 0 for none.</param>
/// <param name="Stability">The mean adjusted Rand index between the clusters of any two layouts, noise as a group; 1 for a single layout.</param>
/// <param name="Layout">The first layout.</param>
internal sealed record LayoutConsensus(int[] Labels, int ClusterCount, double[] Agreement, double Stability, float[] Layout)
{
    // A cluster beyond this part of all texts is passed over where the tree has smaller ones: the two or three branches of the root can have more mass than
    // everything below them, and which layout that happens to is chance.
    private const double LargestPart = 0.25;

    // Far apart, so that no layout of one seed is that of the next.
    private const int BetweenSeeds = 1_000_003;

    /// <summary>Finds the clusters. O(layouts x the time of one).</summary>
    /// <param name="graph">The neighbourhood graph of the texts.</param>
    /// <param name="texts">The texts, with how many incidents have each, and the parameters.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static LayoutConsensus Find(UmapGraph graph, TrainingTexts texts, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        (TrainingParameters parameters, int[] copies) = (texts.Parameters, texts.Copies);
        UmapOptions options = ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism);

        // No text alone may be infinitely dense.
        int[] weights = Array.ConvertAll(copies, c => Math.Min(c, parameters.MinSamples));
        float[][] layouts = new float[parameters.Layouts][];
        int[][] runs = new int[parameters.Layouts][];
        for (int run = 0; run < runs.Length; run++)
        {
            int seed = unchecked(parameters.Seed + (BetweenSeeds * run));
            if (parameters.Algorithm == ClusteringAlgorithm.Layers)
            {
                (runs[run], layouts[run]) = InLayers(texts, seed, maxDegreeOfParallelism, cancellationToken);
                continue;
            }

            layouts[run] = Umap.Layout(graph, options with { Seed = seed }, ct: cancellationToken);
            runs[run] = parameters.Algorithm == ClusteringAlgorithm.AdaptiveDbscan
                ? ByLocalRadii(layouts[run], parameters, maxDegreeOfParallelism, cancellationToken)
                : Cluster(layouts[run], weights, parameters, maxDegreeOfParallelism, cancellationToken);
        }

        (int[] labels, int count) = Agree(graph, runs, copies, parameters.MinClusterSize);
        return new LayoutConsensus(labels, count, AgreementOf(graph, runs, labels), StabilityOf(runs), layouts[0]);
    }

    // Sizes are counted in incidents, copies included, once the layouts are compared.
    private static int[] ByLocalRadii(float[] layout, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        DbscanOptions options = new() { MinPoints = parameters.MinSamples + 1, StabilityRange = 0, MaxDegreeOfParallelism = maxDegreeOfParallelism };
        return Dbscan.Fit(layout, parameters.LayoutDimensions, options, ct: cancellationToken).Labels;
    }

    private static (int[] Labels, float[] Embedding) InLayers(TrainingTexts texts, int seed, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        EmbeddingClusteringOptions options = new()
        {
            Neighbors = texts.Parameters.Neighbors,
            Components = texts.Parameters.LayoutDimensions,
            MinClusterSize = texts.Parameters.MinClusterSize,
            MinSamples = texts.Parameters.MinSamples,
            Seed = seed,
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        EmbeddingClusteringResult found = EmbeddingClustering.Fit(texts.Vectors, texts.Reduction.Dimensions, options, ct: cancellationToken);
        return (found.Clusters.Labels, found.NodeEmbedding);
    }

    private static int[] Cluster(float[] layout, int[] weights, TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        HdbscanOptions options = new()
        {
            MinClusterSize = parameters.MinClusterSize,
            MinSamples = parameters.MinSamples,
            MaxClusterSize = Math.Max(parameters.MinClusterSize, (int)(LargestPart * weights.Sum())),
            ReferenceTies = false,
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        HdbscanResult result = Hdbscan.Fit(layout, parameters.LayoutDimensions, weights, options, ct: cancellationToken);
        int[] whole = LargeLeaves(result.CondensedTree, options.MaxClusterSize.Value);
        return whole.Length == 0 ? result.Labels : ClusterLabelling.Label(result.CondensedTree, [.. result.SelectedClusters.Concat(whole).Order()], 0);
    }

    // What is large because nothing divides it is a cluster all the same.
    private static int[] LargeLeaves(CondensedTree tree, int largest)
    {
        HashSet<int> divided = [];
        List<(int Cluster, int Size)> clusters = [];
        for (int row = 0; row < tree.Children.Length; row++)
        {
            if (tree.Children[row] >= tree.PointCount)
            {
                divided.Add(tree.Parents[row]);
                clusters.Add((tree.Children[row], tree.ChildSizes[row]));
            }
        }

        return [.. clusters.Where(c => c.Size > largest && !divided.Contains(c.Cluster)).Select(c => c.Cluster)];
    }

    // What more than half of the layouts put together, along the graph's edges.
    private static (int[] Labels, int Count) Agree(UmapGraph graph, int[][] runs, int[] copies, int minClusterSize)
    {
        int[] root = [.. Enumerable.Range(0, graph.Count)];
        for (int text = 0; text < graph.Count; text++)
        {
            for (int edge = graph.RowOffsets[text]; edge < graph.RowOffsets[text + 1]; edge++)
            {
                int other = graph.Columns[edge];
                if (other > text && 2 * Together(runs, text, other) > runs.Length)
                {
                    (int low, int high) = (Find(root, text), Find(root, other));
                    root[Math.Max(low, high)] = Math.Min(low, high);
                }
            }
        }

        int[] sizes = new int[graph.Count];
        for (int text = 0; text < graph.Count; text++)
        {
            sizes[Find(root, text)] += copies[text];
        }

        Dictionary<int, int> numbers = [];
        int[] labels = new int[graph.Count];
        for (int text = 0; text < labels.Length; text++)
        {
            int own = Find(root, text);
            labels[text] = sizes[own] < minClusterSize ? -1 : numbers.TryGetValue(own, out int number) ? number : numbers[own] = numbers.Count;
        }

        return (labels, numbers.Count);
    }

    private static double[] AgreementOf(UmapGraph graph, int[][] runs, int[] labels)
    {
        double[] agreement = new double[labels.Length];
        for (int text = 0; text < labels.Length; text++)
        {
            double kept = 0, all = 0;
            for (int edge = graph.RowOffsets[text]; labels[text] >= 0 && edge < graph.RowOffsets[text + 1]; edge++)
            {
                int other = graph.Columns[edge];
                all += graph.Weights[edge];
                kept += labels[other] == labels[text] ? graph.Weights[edge] * Together(runs, text, other) / runs.Length : 0;
            }

            // A text without ties is here because it was reported so often.
            agreement[text] = labels[text] < 0 ? 0 : all > 0 ? kept / all : 1;
        }

        return agreement;
    }

    private static double StabilityOf(int[][] runs)
    {
        double sum = 0;
        int pairs = 0;
        for (int one = 0; one < runs.Length; one++)
        {
            for (int other = one + 1; other < runs.Length; other++, pairs++)
            {
                sum += PartitionAgreement.AdjustedRandIndex(runs[one], runs[other]);
            }
        }

        return pairs == 0 ? 1 : sum / pairs;
    }

    private static int Together(int[][] runs, int text, int other)
    {
        int together = 0;
        foreach (int[] run in runs)
        {
            together += run[text] >= 0 && run[text] == run[other] ? 1 : 0;
        }

        return together;
    }

    private static int Find(int[] root, int text)
    {
        while (root[text] != text)
        {
            text = root[text] = root[root[text]];
        }

        return text;
    }
}
