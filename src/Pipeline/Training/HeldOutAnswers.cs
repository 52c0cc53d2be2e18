using System.Numerics.Tensors;
using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>What the model would say of each text of its training had that text not been there: by its nearest other texts alone.</summary>
/// <param name="Confidence">How sure answers are, learned from these.</param>
/// <param name="Confidences">For each text, how sure its own place is, 0 to 1.</param>
internal sealed record HeldOutAnswers(AnswerConfidence Confidence, double[] Confidences)
{
    /// <summary>Answers each text by its neighbours. O(edges x dimensions).</summary>
    /// <param name="graph">A graph of nearest texts, at least as many as vote.</param>
    /// <param name="vectors">Texts x <paramref name="dimensions"/>, row-major, of unit length or zero.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <param name="labels">The cluster of each text, -1 for none.</param>
    /// <param name="problems">The problem of each cluster.</param>
    /// <param name="runs">The clusters of each layout: another training would differ from this one about as much as they do from what they agree on.</param>
    public static HeldOutAnswers Of(UmapGraph graph, float[] vectors, int dimensions, int[] labels, int[] problems, IReadOnlyList<int[]> runs)
    {
        double[] steady = Steadiness(Array.ConvertAll(labels, label => label < 0 ? -1 : problems[label]), runs);
        (NeighborVote Vote, double Right)[] answers = new (NeighborVote, double)[labels.Length];
        double[] nearest = new double[labels.Length];
        double[] ownShares = new double[labels.Length];
        Parallel.For(0, labels.Length, text =>
        {
            (int[] clusters, float[] likeness) = Neighbors(graph, vectors, dimensions, labels, text);
            int[] asked = Array.ConvertAll(clusters, c => c < 0 ? -1 : problems[c]);
            int own = labels[text] < 0 ? -1 : problems[labels[text]];
            NeighborVote vote = NeighborVote.Of(asked, likeness);
            answers[text] = (vote, vote.Winner == own ? steady[text] : 0);
            nearest[text] = likeness.Length == 0 ? 0 : likeness[0];
            ownShares[text] = vote.Winner == own ? vote.Share : 1 - vote.Share;
        });

        AnswerConfidence confidence = AnswerConfidence.Learn(answers, nearest.Where((_, text) => labels[text] >= 0));
        return new HeldOutAnswers(confidence, [.. ownShares.Select((share, text) => labels[text] < 0 ? confidence.OfNone(share) : confidence.OfMember(share, 1))]);
    }

    // For each text, the part of the layouts whose cluster of it is mostly of its own problem; a layout that leaves it out says nothing of a member.
    private static double[] Steadiness(int[] own, IReadOnlyList<int[]> runs)
    {
        double[] same = new double[own.Length];
        int[] asked = new int[own.Length];
        foreach (int[] run in runs)
        {
            Dictionary<int, int> mostly = Enumerable.Range(0, own.Length).GroupBy(text => run[text])
                .ToDictionary(cluster => cluster.Key, cluster => cluster.Key < 0 ? -1 : cluster.CountBy(text => own[text]).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key);
            for (int text = 0; text < own.Length; text++)
            {
                if (run[text] >= 0 || own[text] < 0)
                {
                    same[text] += mostly[run[text]] == own[text] ? 1 : 0;
                    asked[text]++;
                }
            }
        }

        return [.. same.Zip(asked, (part, all) => all == 0 ? 1 : part / all)];
    }

    private static (int[] Clusters, float[] Likeness) Neighbors(UmapGraph graph, float[] vectors, int dimensions, int[] labels, int text)
    {
        ReadOnlySpan<int> columns = graph.Columns.AsSpan(graph.RowOffsets[text]..graph.RowOffsets[text + 1]);
        float[] likeness = new float[columns.Length];
        int[] clusters = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            likeness[i] = -TensorPrimitives.Dot<float>(vectors.AsSpan(text * dimensions, dimensions), vectors.AsSpan(columns[i] * dimensions, dimensions));
            clusters[i] = labels[columns[i]];
        }

        Array.Sort(likeness, clusters);
        int count = Math.Min(NeighborVote.Neighbors, columns.Length);
        return (clusters[..count], Array.ConvertAll(likeness[..count], l => -l));
    }
}
