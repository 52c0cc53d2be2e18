using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The clusters and problems of different texts on their reduced vectors: what a training finds, and what it finds again without some of the texts.</summary>
/// <param name="Labels">The cluster of each text, -1 for none.</param>
/// <param name="Problems">The problem of each cluster.</param>
/// <param name="Agreement">For each text, the part of its ties that the layouts keep within its cluster, 0 to 1.</param>
/// <param name="Stability">The mean adjusted Rand index between the clusters of any two layouts; 1 where there is only one.</param>
/// <param name="Layout">The first layout.</param>
/// <param name="Graph">The neighbourhood graph that was laid out; null where there are too few texts for one.</param>
/// <param name="Wide">The graph of more neighbours, in which clusters are tied to each other.</param>
internal sealed record TextClustering(int[] Labels, int[] Problems, double[] Agreement, double Stability, float[] Layout, UmapGraph? Graph, UmapGraph Wide)
{
    // Taking a member out moves the mean that the others are measured by; it settles in a few rounds.
    private const int DoubtRounds = 5;

    // Chosen on four labelled sets, see docs/benchmarks.md.
    private const double InvitingShare = 0.6;

    /// <summary>Finds them. O(n^2 x dimensions) for the neighbours and O(layouts x the time of one).</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static TextClustering Find(TrainingTexts texts, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        (TrainingParameters parameters, int[] copies) = (texts.Parameters, texts.Copies);
        UmapOptions options = ClusterGeometry.LayoutOptions(parameters, maxDegreeOfParallelism);
        (UmapGraph? graph, UmapGraph wide) = texts.Graphs(options, Math.Clamp(copies.Length / 3, 2, ProblemGrouping.Neighbors), cancellationToken);
        LayoutConsensus found = graph is null
            ? Alone(texts, maxDegreeOfParallelism, cancellationToken)
            : LayoutConsensus.Find(graph, texts, maxDegreeOfParallelism, cancellationToken);
        int[] labels = [.. found.Labels];
        TakeOut(labels, texts, found.ClusterCount);
        int kept = Renumber(labels);
        int count = WithClustersOfCopies(labels, kept, copies, parameters.MinClusterSize);
        Invite(labels, texts, wide, count);
        int[] problems = ProblemGrouping.Group(wide, labels, count);
        double[] agreement = [.. found.Agreement.Select((part, text) => labels[text] < kept ? part : 1)];
        return new TextClustering(labels, problems, agreement, found.Stability, found.Layout, graph, wide);
    }

    /// <summary>The problem of each text, -1 for none.</summary>
    public int[] ProblemOfText() => Array.ConvertAll(Labels, label => label < 0 ? -1 : Problems[label]);

    // So few texts that only their copies make clusters of them.
    private static LayoutConsensus Alone(TrainingTexts texts, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        HdbscanOptions options = new()
        {
            MinClusterSize = texts.Parameters.MinClusterSize,
            MinSamples = texts.Parameters.MinSamples,
            AllowSingleCluster = true,
            MaxDegreeOfParallelism = maxDegreeOfParallelism,
        };
        HdbscanResult result = Hdbscan.Fit(texts.Vectors, texts.Reduction.Dimensions, texts.Copies, options, ct: cancellationToken);
        return new LayoutConsensus(result.Labels, result.ClusterCount, result.Probabilities, 1, texts.Vectors);
    }

    // A layout pushes whatever is like nothing else together, and such a heap looks dense. Its members leave it one by one, as they are not like the rest.
    private static void TakeOut(int[] labels, TrainingTexts texts, int clusterCount)
    {
        bool changed = true;
        for (int round = 0; changed && round < DoubtRounds; round++)
        {
            ClusterCoherence coherence = texts.Coherence(labels, clusterCount);
            int[] left = new int[clusterCount];
            changed = false;
            for (int text = 0; text < labels.Length; text++)
            {
                if (labels[text] >= 0 && coherence.OfMember(texts.Vector(text), labels[text]) < texts.MinLikeness)
                {
                    labels[text] = -1;
                    changed = true;
                }
                else if (labels[text] >= 0)
                {
                    left[labels[text]] += texts.Copies[text];
                }
            }

            for (int text = 0; text < labels.Length; text++)
            {
                if (labels[text] >= 0 && left[labels[text]] < texts.Parameters.MinClusterSize)
                {
                    labels[text] = -1;
                    changed = true;
                }
            }
        }
    }

    // What all members have left is no cluster: the others are numbered without gaps, in their order.
    private static int Renumber(int[] labels)
    {
        int[] left = [.. labels.Where(label => label >= 0).Distinct().Order()];
        for (int text = 0; text < labels.Length; text++)
        {
            labels[text] = labels[text] < 0 ? -1 : Array.BinarySearch(left, labels[text]);
        }

        return left.Length;
    }

    // A layout leaves out texts between its clusters. One that is like the members of a cluster belongs to it where most of its neighbours do.
    private static void Invite(int[] labels, TrainingTexts texts, UmapGraph wide, int clusterCount)
    {
        ClusterCoherence coherence = texts.Coherence(labels, clusterCount);
        int[] before = [.. labels];
        for (int text = 0; text < labels.Length; text++)
        {
            if (before[text] < 0)
            {
                (int[] nearest, float[] likeness) = texts.Nearest(texts.Vector(text), wide.Columns[wide.RowOffsets[text]..wide.RowOffsets[text + 1]]);
                NeighborVote vote = NeighborVote.Of(Array.ConvertAll(nearest, other => before[other]), likeness);
                labels[text] = vote.Winner >= 0 && vote.Share >= InvitingShare && coherence.OfNew(texts.Vector(text), vote.Winner) >= texts.MinLikeness ? vote.Winner : -1;
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
}
