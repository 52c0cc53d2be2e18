using Pipeline.Forecasting;
using Pipeline.Problems;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Forecasting;

/// <summary>A tech center without incidents since long, or whose export is older than that of the others.</summary>
[TestClass]
public sealed class QuietCenterTests
{
    private static readonly DateTimeOffset First = new(2025, 1, 6, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Running = new(2025, 11, 3), Quiet = new(2025, 7, 7);

    [TestMethod]
    public async Task A_tech_center_that_went_quiet_is_forecast_for_the_same_weeks_as_the_company_and_says_so()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Quiet", 26 * 7, First);
        await company.TrainAsync();
        await company.PredictAsync();
        SmallForecasts forecasts = new(company);
        ForecastTraining trained = (await forecasts.Train.RunAsync("Quiet")).ShouldNotBeNull();
        VolumeForecast before = await forecasts.Volume.RunAsync("Quiet", "2");
        (before.Weeks[0].Week, before.History, before.QuietSince).ShouldBe((new DateOnly(2025, 6, 30), 25, null));

        await company.ReportAsync("Busy", 44 * 7, First);
        await company.TrainAsync();
        await company.PredictAsync();

        VolumeForecast all = await forecasts.Volume.RunAsync(null, "2"), busy = await forecasts.Volume.RunAsync("Busy", "2"), quiet = await forecasts.Volume.RunAsync("Quiet", "2");
        new[] { all, busy, quiet }.ShouldAllBe(f => f.Weeks[0].Week == Running && f.History == 43);
        (all.QuietSince, busy.QuietSince, quiet.QuietSince).ShouldBe((null, null, Quiet));
        quiet.Weeks[0].Mean.ShouldBeLessThan(2);
        quiet.Model.ShouldBe(trained.Version, "what was learned before is used as long as it fits");

        ProblemSummary problem = (await forecasts.Problems.ListAsync(new ClusterQuery(TechCenter: "Quiet"))).Problems[0];
        ProblemForecast ofProblem = await forecasts.Problem.RunAsync("Quiet", $"{problem.Id}", "1");
        (ofProblem.Weeks[0].Week, ofProblem.QuietSince).ShouldBe((Running, Quiet));
        (problem.QuietSince, problem.QuietWeeks).ShouldBe((Quiet, (Running.DayNumber - Quiet.DayNumber) / 7));
        (await forecasts.Problems.ListAsync(new ClusterQuery(TechCenter: "Busy"))).Problems.ShouldAllBe(p => p.QuietSince == null && p.QuietWeeks == 0);
        (quiet.WeeklyCounts.Count, quiet.WeeklyCounts[^1], all.WeeklyCounts.Sum(w => w.Count)).ShouldBe((43, new WeeklyCount(Running.AddDays(-7), 0), busy.WeeklyCounts.Sum(w => w.Count) + quiet.WeeklyCounts.Sum(w => w.Count)));

        ForecastTraining again = (await forecasts.Train.RunAsync("Quiet")).ShouldNotBeNull();
        again.Version.ShouldBe("2025_w45");
        (await forecasts.Volume.RunAsync("Busy", "2")).Weeks.ShouldBe(busy.Weeks);
    }

    [TestMethod]
    public async Task That_nothing_was_predicted_yet_is_not_kept()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        using CompanyWeeks weeks = company.Weeks;
        (await weeks.GetAsync()).Counts.ShouldBeEmpty();

        await company.ReportAsync("Busy", 10 * 7, First);
        await company.TrainAsync();
        await company.PredictAsync();

        (await weeks.GetAsync()).Counts.Count.ShouldBe(9);
    }

    [TestMethod]
    public void Weeks_after_the_last_that_is_counted_are_zeros_and_those_after_the_companys_end_do_not_count()
    {
        DateOnly monday = new(2025, 1, 6);
        DateOnly[] weeks = [monday, monday.AddDays(7), monday.AddDays(14)];

        WeeklySeries ended = WeeklySeries.Of(weeks, [0, 4, 2], monday.AddDays(35)), ahead = WeeklySeries.Of(weeks, [3, 4, 2], monday.AddDays(7)), later = WeeklySeries.Of(weeks, [0, 0, 2], monday.AddDays(7));

        (ended.First, ended.Next, ended.QuietSince).ShouldBe((monday.AddDays(7), monday.AddDays(35), monday.AddDays(21)));
        ended.Counts.ShouldBe([4, 2, 0, 0]);
        ahead.Counts.ShouldBe([3]);
        (later.Counts.Count, later.Next, later.QuietSince).ShouldBe((0, monday.AddDays(7), null));
    }
}
