using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class NeighborRuleTests
{
    private static readonly float[] Vector = [1, 0];

    /// <summary>Three clusters, of which the first two are one problem; the text points where the first does.</summary>
    private static readonly NeighborRule Rule = new([0, 0, 1], [1, 0, 0.5f, 0, 0, 1], [1, 0, 0.5f, 0, 0, 1], minLikeness: 0.4);

    [TestMethod]
    public void The_clusters_of_a_problem_vote_together_and_the_nearest_of_them_is_the_answer()
    {
        NeighborAnswer answer = Rule.Answer([1, 0, 2, 2, 1], [0.9f, 0.9f, 0.9f, 0.9f, 0.9f], Vector, Vector, kept: 1);

        (answer.Cluster, answer.Problem).ShouldBe((1, 0));
        answer.Share.ShouldBe(0.6, 1e-6);
    }

    [TestMethod]
    public void A_text_that_is_not_like_the_members_of_its_neighbours_cluster_belongs_to_none()
    {
        NeighborAnswer answer = Rule.Answer([2, 2], [0.3f, 0.3f], Vector, Vector, kept: 1);

        (answer.Cluster, answer.Problem).ShouldBe((-1, 1));
        answer.Likeness.ShouldBe(0);
    }

    [TestMethod]
    public void Neighbours_of_no_problem_say_that_a_text_is_of_none()
    {
        NeighborAnswer answer = Rule.Answer([-1, -1, -1, 0], [0.5f, 0.5f, 0.5f, 0.5f], Vector, Vector, kept: 1);

        (answer.Cluster, answer.Problem, answer.Share).ShouldBe((-1, -1, 0.75));
    }

    [TestMethod]
    public void What_the_reduction_does_not_keep_of_a_text_is_no_likeness()
    {
        Rule.Answer([0], [0.9f], Vector, whole: [0, 0], kept: 0.3f).Cluster.ShouldBe(-1);
        Rule.Answer([0], [0.9f], Vector, whole: [0, 0], kept: 0.5f).ShouldBe(new NeighborAnswer(0, 0, 1, 0.5f * 0.9f, 0.5 / 0.4));
    }
}
