using Pipeline.Forecasting;

namespace Pipeline.Tests.Forecasting;

[TestClass]
public sealed class CountForecasterTests
{
    [TestMethod]
    public void What_never_changes_is_expected_to_stay()
    {
        CountForecast forecast = CountForecaster.Run([.. Enumerable.Repeat(5.0, 60)], 6);

        forecast.Weeks.Count.ShouldBe(6);
        forecast.Weeks.ShouldAllBe(w => Math.Abs(w.Mean - 5) < 0.01 && w.Low95 <= w.Low80 && w.Low80 <= w.Mean && w.Mean <= w.High80 && w.High80 <= w.High95);
        forecast.Fit.Ensemble.Methods.Sum(m => m.Weight).ShouldBe(1, 0.001);
    }

    [TestMethod]
    public void What_grows_is_expected_to_lie_above_its_mean()
    {
        double[] growing = [.. Enumerable.Range(0, 80).Select(week => Math.Round((0.25 * week) + (2 * Math.Sin(week * 1.7)) + 4))];

        ForecastPoint point = CountForecaster.Run(growing, 4).Weeks[^1];

        point.Mean.ShouldBeGreaterThan(18);
        point.Mean.ShouldBeLessThan(30);
    }

    [TestMethod]
    public void A_season_of_a_year_is_taken_where_it_tells_more_than_the_level()
    {
        double[] seasonal = [.. Enumerable.Range(0, 130).Select(week => week % 26 < 4 ? 30.0 : 2)];

        CountForecast forecast = CountForecaster.Run(seasonal, 12);

        forecast.Fit.Ensemble.Methods.MaxBy(m => m.Weight)!.Method.ShouldBe("seasonalNaive");
        forecast.Weeks[0].Mean.ShouldBeGreaterThan(20);
        forecast.Weeks[6].Mean.ShouldBeLessThan(8);
    }

    [TestMethod]
    public void Rare_incidents_are_expected_at_their_rate()
    {
        Random random = new(7);
        double[] rare = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble() < 0.2 ? 1.0 : 0)];

        ForecastPoint point = CountForecaster.Run(rare, 3).Weeks[0];

        point.Mean.ShouldBeInRange(0.05, 0.4);
        point.Low95.ShouldBe(0);
        point.High95.ShouldBeGreaterThanOrEqualTo(0.9);
    }

    [TestMethod]
    public void Most_counts_of_an_even_rate_lie_in_the_intervals()
    {
        int inside80 = 0, inside95 = 0, all = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            double[] counts = [.. Enumerable.Range(0, 112).Select(_ => Poisson(random, 9))];
            IReadOnlyList<ForecastPoint> weeks = CountForecaster.Run(counts[..104], 8).Weeks;
            all += 8;
            inside80 += weeks.Zip(counts[104..]).Count(w => w.Second >= w.First.Low80 && w.Second <= w.First.High80);
            inside95 += weeks.Zip(counts[104..]).Count(w => w.Second >= w.First.Low95 && w.Second <= w.First.High95);
        }

        ((double)inside80 / all).ShouldBeInRange(0.7, 0.9);
        ((double)inside95 / all).ShouldBeGreaterThan(0.88);
    }

    [TestMethod]
    [DataRow(7, 1, "history")]
    [DataRow(8, 0, "weeks")]
    [DataRow(8, 27, "weeks")]
    public void Too_little_history_and_weeks_out_of_their_range_are_refused(int history, int weeks, string name) =>
        Should.Throw<ArgumentOutOfRangeException>(() => CountForecaster.Run([.. Enumerable.Repeat(1.0, history)], weeks)).ParamName.ShouldBe(name);

    [TestMethod]
    public void The_shortest_history_suffices() => CountForecaster.Run([3, 1, 4, 1, 5, 9, 2, 6], 2).Weeks.ShouldAllBe(w => w.Mean > 0 && w.High95 >= w.Mean);

    // Knuth's way: fine for small rates.
    private static double Poisson(Random random, double rate)
    {
        double limit = Math.Exp(-rate), product = 1;
        int count = -1;
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }
}
