using Pipeline.Overview;

namespace Pipeline.Tests.Overview;

[TestClass]
public sealed class LikenessOrderTests
{
    [TestMethod]
    public void Families_that_are_mixed_up_come_to_stand_together()
    {
        // Place i is of family i % 3.
        double[,] likeness = new double[12, 12];
        for (int i = 0; i < 12; i++)
        {
            for (int j = 0; j < 12; j++)
            {
                likeness[i, j] = i == j ? 1 : i % 3 == j % 3 ? 0.7 : 0.1;
            }
        }

        int[] order = LikenessOrder.Of(likeness);

        order.Order().ShouldBe(Enumerable.Range(0, 12));
        order.Chunk(4).ShouldAllBe(family => family.Select(i => i % 3).Distinct().Count() == 1);
    }

    [TestMethod]
    public void A_chain_in_which_each_is_most_like_the_next_is_found_from_end_to_end()
    {
        int[] places = [3, 0, 5, 2, 4, 1];
        double[,] likeness = new double[6, 6];
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 6; j++)
            {
                likeness[i, j] = 1.0 / (1 + Math.Abs(places[i] - places[j]));
            }
        }

        int[] chain = [.. LikenessOrder.Of(likeness).Select(i => places[i])];

        chain.Zip(chain.Skip(1), (one, next) => Math.Abs(one - next)).Sum().ShouldBe(5);
    }

    [TestMethod]
    public void Nothing_and_a_single_one_are_in_order() =>
        (LikenessOrder.Of(new double[0, 0]).Length, LikenessOrder.Of(new double[1, 1]).Length).ShouldBe((0, 1));
}
