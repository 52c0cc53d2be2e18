using Pipeline.Problems;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class StandingOutTests
{
    [TestMethod]
    [DataRow(3, 5, 10, 50, 102_252.0 / 2_118_760, DisplayName = "Sum of C(10,k) C(40,5-k) / C(50,5) for k = 3, 4, 5")]
    [DataRow(5, 5, 10, 50, 252.0 / 2_118_760, DisplayName = "C(10,5) / C(50,5)")]
    [DataRow(1, 5, 10, 50, 1, DisplayName = "As many as are to be expected: told as certain")]
    public void The_chance_is_that_of_the_hypergeometric_distribution(int found, int drawn, int marked, int all, double expected) =>
        StandingOut.ChanceOf(found, drawn, marked, all).ShouldBe(expected, 1e-9);

    [TestMethod]
    public void Large_counts_have_an_exact_chance_too()
    {
        // Against the terms one by one, from the lower end.
        const int Drawn = 2_000, Marked = 3_000, All = 100_000;
        double term = 1, sum = 0;
        List<double> terms = [];
        for (int k = 0; k <= Drawn; k++)
        {
            terms.Add(term);
            term *= (double)(Marked - k) * (Drawn - k) / ((double)(k + 1) * (All - Marked - Drawn + k + 1));
        }

        sum = terms.Sum();
        StandingOut.ChanceOf(90, Drawn, Marked, All).ShouldBe(terms.Skip(90).Sum() / sum, 1e-9);
    }

    [TestMethod]
    public void A_value_that_a_problem_has_more_often_stands_out_with_its_lift()
    {
        OutstandingValue told = StandingOut.Of(new ProblemValues(1_000, 100, [Count("Porto", 200, 60), Count("Lyon", 400, 20), Count("Pune", 400, 20)])).ShouldHaveSingleItem();

        (told.Column, told.Value, told.Incidents, told.Share, told.CenterShare, told.Lift).ShouldBe((ValueColumn.Location, "Porto", 60, 0.6, 0.2, 3));
        told.Chance.ShouldBeInRange(0, 1e-15);
    }

    [TestMethod]
    public void Of_values_that_are_scattered_by_chance_hardly_any_is_told_however_many_there_are()
    {
        // 200 problems of 60 incidents in 3,000, with 100 places that have nothing to do with them.
        Random random = new(7);
        int told = 0;
        for (int problem = 0; problem < 200; problem++)
        {
            int[] all = new int[100], own = new int[100];
            for (int incident = 0; incident < 3_000; incident++)
            {
                int place = random.Next(100);
                all[place]++;
                own[place] += incident < 60 ? 1 : 0;
            }

            told += StandingOut.Of(new ProblemValues(3_000, 60, [.. all.Select((count, place) => new ValueCount(ValueColumn.Location, $"Place {place}", count, own[place], 3_000, 60))])).Count > 0 ? 1 : 0;
        }

        // The level bounds it at 5 %, which the exact test's steps do not reach.
        told.ShouldBeLessThan(16);
    }

    [TestMethod]
    public void A_column_with_one_value_or_a_problem_that_is_its_whole_tech_center_tells_nothing()
    {
        StandingOut.Of(new ProblemValues(100, 50, [new ValueCount(ValueColumn.Priority, "3", 100, 50, 100, 50)])).ShouldBeEmpty();
        StandingOut.Of(new ProblemValues(100, 100, [new ValueCount(ValueColumn.Priority, "3", 60, 60, 100, 100), new ValueCount(ValueColumn.Priority, "2", 40, 40, 100, 100)])).ShouldBeEmpty();
        StandingOut.Of(new ProblemValues(100, 50, [new ValueCount(ValueColumn.Priority, "3", 4, 4, 100, 50)])).ShouldBeEmpty("fewer than five cannot be told from chance");
    }

    private static ValueCount Count(string value, int incidents, int own) => new(ValueColumn.Location, value, incidents, own, 1_000, 100);
}
