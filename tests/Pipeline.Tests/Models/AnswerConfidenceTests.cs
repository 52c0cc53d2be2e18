using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class AnswerConfidenceTests
{
    private const double Usual = 0.8;

    /// <summary>Members are right in nine of ten cases, texts whose neighbours belong to nothing in six, texts unlike the members in three.</summary>
    private static readonly AnswerConfidence Learned = AnswerConfidence.Learn(
    [
        .. Answers(new NeighborAnswer(0, 0, 1, Usual, 2), rightOfTen: 9),
        .. Answers(new NeighborAnswer(-1, -1, 1, 0, 0), rightOfTen: 6),
        .. Answers(new NeighborAnswer(-1, 0, 1, Usual, 0.9), rightOfTen: 3),
    ]);

    [TestMethod]
    public void Each_kind_of_answer_is_as_sure_as_it_was_right()
    {
        Learned.Of(new NeighborAnswer(0, 0, 1, Usual, 2)).ShouldBe(0.9, 0.01);
        Learned.Of(new NeighborAnswer(-1, -1, 1, 0, 0)).ShouldBe(0.6, 0.01);
        Learned.Of(new NeighborAnswer(-1, 0, 1, Usual, 0.9)).ShouldBe(0.3, 0.01);
    }

    [TestMethod]
    [DataRow(0.4, 0.5)]
    [DataRow(0.08, 0.1)]
    [DataRow(0.0, 0.0)]
    [DataRow(-0.2, 0.0)]
    public void No_answer_is_surer_than_its_text_is_near_to_those_that_gave_it(double nearness, double most) =>
        Learned.Of(new NeighborAnswer(0, 0, 1, nearness, 2)).ShouldBe(most, 1e-9);

    [TestMethod]
    public void A_text_with_nothing_in_common_with_a_cluster_is_certain_to_be_none_of_it()
    {
        Learned.Of(new NeighborAnswer(-1, 0, 1, 0, 0)).ShouldBe(1);
        Learned.Of(new NeighborAnswer(-1, 0, 1, 0, -0.5)).ShouldBe(1);
    }

    private static IEnumerable<(NeighborAnswer, bool)> Answers(NeighborAnswer answer, int rightOfTen) => Enumerable.Range(0, 1_000).Select(i => (answer, i % 10 < rightOfTen));
}
