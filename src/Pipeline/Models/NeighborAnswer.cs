using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>What a model says of a text, and on what ground.</summary>
/// <param name="Cluster">The place of the text's cluster; -1 where it belongs to none.</param>
/// <param name="Problem">The problem that most of its neighbours are of; -1 where most are of none. A text may be too unlike the members of it to belong there.</param>
/// <param name="Share">The part of the votes that this got, 0 to 1.</param>
/// <param name="Nearness">The likeness to the nearest neighbour or to the members of the cluster, whichever is greater; 0 where most neighbours are of no problem.</param>
/// <param name="Likeness">How much of the likeness that a member needs it has: 1 or more for members; 0 where most neighbours are of no problem.</param>
internal readonly record struct NeighborAnswer(int Cluster, int Problem, double Share, double Nearness, double Likeness);

/// <summary>The rule by which neighbours answer, the same for a new text as for one that a training keeps aside to see how right its answers are.</summary>
/// <param name="problems">The problem of each cluster.</param>
/// <param name="directions">The <see cref="ClusterCoherence.Directions"/> of the clusters.</param>
/// <param name="wholeDirections">The same of the members' <see cref="EmbeddingReduction.Centre"/>.</param>
/// <param name="minLikeness">The mean cosine to a cluster's members that a text needs to belong to it: before the reduction, or in it times the share of the text that it keeps.</param>
internal sealed class NeighborRule(int[] problems, float[] directions, float[] wholeDirections, double minLikeness)
{
    /// <summary>Answers a text.</summary>
    /// <param name="clusters">The cluster of each neighbour, -1 for none; the nearest first.</param>
    /// <param name="likeness">How alike each is, falling.</param>
    /// <param name="vector">The text's reduced vector.</param>
    /// <param name="whole">Its centred embedding.</param>
    /// <param name="kept">The part of it that the reduction keeps, 0 to 1.</param>
    public NeighborAnswer Answer(ReadOnlySpan<int> clusters, ReadOnlySpan<float> likeness, ReadOnlySpan<float> vector, ReadOnlySpan<float> whole, float kept)
    {
        int[] groups = new int[clusters.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = clusters[i] < 0 ? -1 : problems[clusters[i]];
        }

        NeighborVote problem = NeighborVote.Of(groups, likeness);
        if (problem.Winner < 0)
        {
            return new NeighborAnswer(-1, -1, problem.Share, 0, 0);
        }

        // Which of the problem's clusters it is, only those of the problem say.
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = groups[i] == problem.Winner ? clusters[i] : -1;
        }

        int cluster = NeighborVote.Of(groups, likeness, votesForNone: false).Winner;

        // The components hardly know a text that is like no other of the training but its own copies; whole embeddings do.
        double likeWhole = TensorPrimitives.Dot(whole, wholeDirections.AsSpan(cluster * whole.Length, whole.Length));
        double like = Math.Max(likeWhole, kept * TensorPrimitives.Dot(vector, directions.AsSpan(cluster * vector.Length, vector.Length)));
        double part = minLikeness > 0 ? like / minLikeness : like >= minLikeness ? 1 : 0;
        return new NeighborAnswer(like >= minLikeness ? cluster : -1, problem.Winner, problem.Share, Math.Max(likeWhole, kept * likeness[0]), part);
    }
}
