namespace Pipeline.Clustering.Tests.Measures;

[TestClass]
public sealed class DistributionTests
{
    [TestMethod]
    public void The_statistic_is_the_largest_difference_of_the_distributions()
    {
        KolmogorovSmirnov.Compare([1, 2, 3, 4], [3, 4, 5, 6]).Statistic.ShouldBe(0.5);
        KolmogorovSmirnov.Compare([1, 2, 3], [1, 2, 3]).Statistic.ShouldBe(0);
        KolmogorovSmirnov.Compare([1, 1, 1], [2]).Statistic.ShouldBe(1);
        KolmogorovSmirnov.Compare([5, 1, 3], [2, 2, 2, 4]).Statistic.ShouldBe(5.0 / 12, 1e-12);
    }

    [TestMethod]
    public void The_probability_is_that_of_the_tables()
    {
        // Critical values of the limit distribution: 1.2238 at 10 %, 1.3581 at 5 %, 1.6276 at 1 %.
        foreach ((double critical, double level) in new[] { (1.2238, 0.10), (1.3581, 0.05), (1.6276, 0.01) })
        {
            const int Count = 20_000;
            double difference = critical / Math.Sqrt(Count / 2.0);
            int shift = (int)Math.Round(difference * Count);
            double[] first = [.. Enumerable.Range(0, Count).Select(i => (double)i)], second = [.. first.Select(v => v + shift)];
            KolmogorovSmirnov.Compare(first, second).Probability.ShouldBe(level, 0.03 * level);
        }

        KolmogorovSmirnov.Compare([1, 2, 3], [1, 2, 3]).Probability.ShouldBe(1);
    }

    [TestMethod]
    public void Samples_of_one_distribution_differ_significantly_about_as_often_as_the_level_says()
    {
        Random random = new(7);
        int significant = Enumerable.Range(0, 1_000).Count(_ => KolmogorovSmirnov.Compare(Draw(random, 80), Draw(random, 120)).Probability < 0.05);

        significant.ShouldBeInRange(25, 70);
    }

    [TestMethod]
    public void The_index_is_that_of_the_shares_in_the_percentiles_of_the_reference()
    {
        double[] reference = [.. Enumerable.Range(1, 100).Select(i => (double)i)];
        PopulationStability.Index(reference, reference).ShouldBe(0, 1e-12);

        // All in the first of ten bins: nine bins are empty, and each stands for a millionth.
        double expected = ((1 - 0.1) * Math.Log(1 / 0.1)) + (9 * ((PopulationStability.EmptyShare - 0.1) * Math.Log(PopulationStability.EmptyShare / 0.1)));
        PopulationStability.Index(reference, [1, 2, 3]).ShouldBe(expected, 1e-9);

        // Two bins, 0.5 and 0.5 against 0.25 and 0.75.
        PopulationStability.Index([1, 2, 3, 4], [1, 3, 4, 9], bins: 2).ShouldBe((0.25 - 0.5) * Math.Log(0.5) + ((0.75 - 0.5) * Math.Log(1.5)), 1e-12);
    }

    [TestMethod]
    public void Ties_and_constants_are_no_shift()
    {
        PopulationStability.Index([1, 1, 1, 1, 2], [1, 1, 1, 1, 2]).ShouldBe(0, 1e-12);
        PopulationStability.Index([3], [3]).ShouldBe(0, 1e-12);
    }

    [TestMethod]
    public void What_cannot_be_compared_is_refused()
    {
        Should.Throw<ArgumentException>(() => KolmogorovSmirnov.Compare([], [1])).ParamName.ShouldBe("first");
        Should.Throw<ArgumentException>(() => KolmogorovSmirnov.Compare([1], [double.NaN])).ParamName.ShouldBe("second");
        Should.Throw<ArgumentException>(() => PopulationStability.Index([1], [])).ParamName.ShouldBe("current");
        Should.Throw<ArgumentException>(() => PopulationStability.Index([double.PositiveInfinity], [1])).ParamName.ShouldBe("reference");
        Should.Throw<ArgumentOutOfRangeException>(() => PopulationStability.Index([1], [1], bins: 1)).ParamName.ShouldBe("bins");
    }

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
}
