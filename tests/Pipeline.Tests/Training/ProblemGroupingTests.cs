using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class ProblemGroupingTests
{
    [TestMethod]
    public void Clusters_that_are_tied_to_each_other_and_to_little_else_are_one_problem()
    {
        // Six problems of two wordings: a tenth of the links of a wording go to the other one, hardly any elsewhere.
        double[,] links = Links(12, (a, b) => a == b ? 100 : a / 2 == b / 2 ? 10 : 0.05);

        ProblemGrouping.Group(links, Sizes(12)).ShouldBe([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    }

    [TestMethod]
    public void Clusters_that_are_tied_to_everything_alike_stay_apart()
    {
        double[,] links = Links(12, (a, b) => a == b ? 100 : 5);

        ProblemGrouping.Group(links, Sizes(12)).ShouldBe(Enumerable.Range(0, 12));
    }

    [TestMethod]
    public void A_chain_of_wordings_is_one_problem_though_its_ends_share_nothing()
    {
        double[,] links = Links(20, (a, b) => a == b ? 100 : Math.Max(a, b) < 4 && Math.Abs(a - b) == 1 ? 12 : 0.05);

        int[] problems = ProblemGrouping.Group(links, Sizes(20));

        problems[..4].Distinct().ShouldHaveSingleItem();
        problems[4..].ShouldNotContain(problems[0]);
        problems.Distinct().Count().ShouldBe(17);
    }

    [TestMethod]
    public void Neighbouring_problems_whose_ties_are_a_little_stronger_than_those_to_the_rest_stay_apart()
    {
        // The first four lie close together: a sixth of what they share with anything they share with each other; the rest goes everywhere.
        double[,] links = Links(30, (a, b) => a == b ? 100 : a < 4 && b < 4 ? 6 : 2);

        ProblemGrouping.Group(links, Sizes(30)).ShouldBe(Enumerable.Range(0, 30));
    }

    [TestMethod]
    public void No_problem_holds_more_than_a_quarter_of_the_texts_unless_it_is_one_cluster()
    {
        double[,] links = Links(4, (a, b) => a == b ? 100 : a / 2 == b / 2 ? 30 : 0);

        ProblemGrouping.Group(links, Sizes(4)).ShouldBe([0, 1, 2, 3]);
    }

    [TestMethod]
    public void One_cluster_or_none_is_no_matter()
    {
        ProblemGrouping.Group(new double[0, 0], []).ShouldBeEmpty();
        ProblemGrouping.Group(new double[1, 1], [5]).ShouldBe([0]);
    }

    private static int[] Sizes(int count) => [.. Enumerable.Repeat(10, count)];

    private static double[,] Links(int count, Func<int, int, double> weight)
    {
        double[,] links = new double[count, count];
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b < count; b++)
            {
                links[a, b] = weight(a, b);
            }
        }

        return links;
    }
}
