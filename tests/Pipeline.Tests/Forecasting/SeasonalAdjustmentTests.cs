using Pipeline.Forecasting;

namespace Pipeline.Tests.Forecasting;

[TestClass]
public sealed class SeasonalAdjustmentTests
{
    private static readonly double[] Profile = [0.6, 0.8, 1.2, 1.4];

    [TestMethod]
    public void The_profile_of_a_season_is_found_below_a_trend()
    {
        double[] found = SeasonalAdjustment.Profile(Seasonal(40), 4).ShouldNotBeNull();

        found.Zip(Profile, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(0.03);
        found.Average().ShouldBe(1, 1e-9);
    }

    [TestMethod]
    public void An_uneven_season_is_found_as_well()
    {
        double[] found = SeasonalAdjustment.Profile([.. Enumerable.Range(0, 70).Select(day => day % 7 < 5 ? 12.0 : 5)], 7).ShouldNotBeNull();

        found.Select(p => Math.Round(p, 3)).ShouldBe([1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5]);
    }

    [TestMethod]
    public void Chance_is_no_season()
    {
        Random random = new(3);

        SeasonalAdjustment.Profile([.. Enumerable.Range(0, 60).Select(_ => 10 + random.NextDouble())], 12).ShouldBeNull();
    }

    [TestMethod]
    public void No_season_is_told_of_less_than_three_or_of_series_with_zeros()
    {
        SeasonalAdjustment.Profile(Seasonal(11), 4).ShouldBeNull();
        SeasonalAdjustment.Profile([.. Seasonal(39), 0], 4).ShouldBeNull();
        SeasonalAdjustment.Profile(Seasonal(40), 1).ShouldBeNull();
        SeasonalAdjustment.Profile([.. Enumerable.Repeat(2.0, 40)], 4).ShouldBeNull();
    }

    [TestMethod]
    public void A_method_sees_the_series_without_its_season_and_the_forecast_has_it_again()
    {
        double[] seen = [];
        double[] forecast = SeasonalAdjustment.Around((history, _, steps) =>
        {
            seen = history.ToArray();
            return [.. Enumerable.Repeat(100.0, steps)];
        })([.. Enumerable.Range(0, 42).Select(i => 100 * Profile[i % 4])], 4, 4);

        seen.ShouldAllBe(value => Math.Abs(value - 100) < 0.01);
        forecast.Select(f => Math.Round(f)).ShouldBe([120, 140, 60, 80]);
    }

    [TestMethod]
    public void An_ensemble_of_months_follows_season_and_trend()
    {
        double[] months = [.. Enumerable.Range(0, 96).Select(i => (100 + i) * (1 + (0.3 * Math.Sin(2 * Math.PI * i / 12))))];
        SeriesEnsemble ensemble = new(new EnsembleOptions(Season: 12, TestSteps: 6));

        double[] forecast = ensemble.Forecast(months[..84], ensemble.Fit(months[..84]).Methods, 12);

        forecast.Zip(months[84..], (f, c) => Math.Abs(f - c) / c).Average().ShouldBeLessThan(0.05);
    }

    private static double[] Seasonal(int length) => [.. Enumerable.Range(0, length).Select(i => (50 + i) * Profile[i % 4])];
}
