using MathNet.Numerics.Distributions;
using Pipeline.Problems;

namespace Pipeline.Tests.Overview;

[TestClass]
public sealed class RateComparisonTests
{
    [TestMethod]
    public void The_chance_of_two_counts_is_that_of_the_exact_binomial_test()
    {
        // 12 of 16 at one half: the two tails of the binomial distribution are 0.03841 each, and twice that is the chance on either side.
        RateComparison.Step(12, 16, 0.5, 1).ShouldBe(2 * 2517.0 / 65536, 1e-9);
        RateComparison.Step(4, 16, 0.5, 1).ShouldBe(2 * 2517.0 / 65536, 1e-9);
        RateComparison.Step(8, 16, 0.5, 1).ShouldBe(1, 1e-9);
    }

    [TestMethod]
    public void Counts_that_scatter_more_than_chance_makes_them_count_for_less()
    {
        double[] days = [7, 7, 7, 7, 7, 7];

        RateComparison.Scatter([([10, 11, 9, 10, 12, 8], days)]).ShouldBe(1);
        double scatter = RateComparison.Scatter([([40, 0, 1, 0, 19, 0], days)]);
        scatter.ShouldBeGreaterThan(3);
        RateComparison.Step(30, 40, 0.5, scatter).ShouldBeGreaterThan(RateComparison.Step(30, 40, 0.5, 1));
    }

    [TestMethod]
    public void Of_many_chances_only_those_count_that_stand_out_from_all_together()
    {
        RateComparison.Threshold([0.001, 0.2, 0.4, 0.6]).ShouldBe(0.001);
        RateComparison.Threshold([0.04, 0.2, 0.4, 0.6]).ShouldBeLessThan(0);
        RateComparison.Threshold([0.04, 0.03, 0.02, 0.01]).ShouldBe(0.04);
        RateComparison.Threshold([]).ShouldBeLessThan(0);
    }

    [TestMethod]
    public void Of_a_hundred_problems_that_do_not_change_hardly_ever_one_is_told_and_of_ten_that_treble_most_are()
    {
        int wrong = 0, found = 0, told = 0, falselyTold = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            double[] still = [.. Enumerable.Range(0, 100).Select(_ => Chance(random, 20, 20))];
            wrong += RateComparison.Threshold(still) >= 0 ? 1 : 0;
            double[] mixed = [.. Enumerable.Range(0, 100).Select(i => Chance(random, 20, i < 10 ? 60 : 20))];
            double threshold = RateComparison.Threshold(mixed);
            found += mixed.Take(10).Count(c => c <= threshold);
            falselyTold += mixed.Skip(10).Count(c => c <= threshold);
            told += mixed.Count(c => c <= threshold);
        }

        wrong.ShouldBeLessThanOrEqualTo(10);
        found.ShouldBeGreaterThan(850);
        ((double)falselyTold / told).ShouldBeLessThan(RateComparison.FalseDiscoveryRate);
    }

    [TestMethod]
    public void The_ratio_of_two_rates_has_its_exact_interval()
    {
        RateRatio ratio = RateComparison.Ratio(20, 10, 28, 28).ShouldNotBeNull();

        // Clopper and Pearson for 20 of 30: 0.4719 to 0.8271.
        (ratio.Ratio, ratio.Low, ratio.High).ShouldBe((2, 0.89, 4.78));
        RateComparison.Ratio(20, 0, 28, 28).ShouldBeNull();
    }

    private static double Chance(Random random, double before, double now)
    {
        int count = Poisson.Sample(random, now), earlier = Poisson.Sample(random, before);
        return RateComparison.Step(count, count + earlier, 0.5, 1);
    }
}
