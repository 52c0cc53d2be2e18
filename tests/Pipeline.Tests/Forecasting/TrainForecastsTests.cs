using System.Globalization;
using Pipeline.Forecasting;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Forecasting;

[TestClass]
public sealed class TrainForecastsTests
{
    private const string Center = SmallCompany.TechCenter;
    private static readonly StageOrder Order = new("Ada");

    [TestMethod]
    public async Task What_is_learned_is_a_version_with_a_run_and_serves()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);

        ForecastTraining trained = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();

        trained.Version.ShouldMatch("^20[0-9]{2}_w[0-9]{2}$");
        (trained.Stage, trained.Problems).ShouldBe((ModelStage.Production, 5));
        RunRecord run = (await forecasts.Runs.ListAsync(Center, RunKind.Forecast)).ShouldHaveSingleItem();
        (run.Id, run.Name, run.Tags["gate"], run.Parameters["methods"], run.Parameters["horizon"]).ShouldBe((trained.Run, $"forecast {trained.Version}", "passed", "seasonalNaive,dampedTrend,theta,tsb,level", "26"));
        run.LastMetrics().Keys.ShouldBe(["tested_problems", "mase", "naive_mase", "better", "in80", "in95", "weight.seasonalNaive", "weight.dampedTrend", "weight.theta", "weight.tsb", "weight.level", "holiday_effect"], ignoreOrder: true);
        run.LastMetrics().Where(m => m.Key.StartsWith("weight.", StringComparison.Ordinal)).Sum(m => m.Value).ShouldBe(1, 0.01);
        run.Tags["reason"].ShouldBe(string.Create(CultureInfo.InvariantCulture, $"Its mean absolute scaled error (mase) is {run.LastMetrics()["mase"]:0.000}; none served before."));
        (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull().Version.ShouldBe(trained.Version);
        (await forecasts.Manage.ListAsync("office-it")).Versions.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task Forecasts_are_made_by_it_as_long_as_it_fits()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);
        int id = (await forecasts.Problems.ListAsync(new ClusterQuery())).Problems[0].Id;
        ProblemForecast before = await forecasts.Problem.RunAsync(Center, $"{id}", "4");
        before.Model.ShouldBeNull();
        ForecastTraining trained = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();

        ProblemForecast now = await forecasts.Problem.RunAsync(Center, $"{id}", "4");
        now.Model.ShouldBe(trained.Version);
        now.Weeks.ShouldBe(before.Weeks);
        (await forecasts.Volume.RunAsync("office-it", null)).Model.ShouldBe(trained.Version);

        await company.ReportAsync(Center, 60, new DateTimeOffset(2025, 9, 1, 12, 0, 0, TimeSpan.Zero), ["Printer {0} on floor {1} shows a paper jam and does not print"]);
        await company.PredictAsync();
        ForecastModel model = (await forecasts.Store.FindServingAsync(Center)).ShouldNotBeNull();
        (await forecasts.Problems.ListAsync(new ClusterQuery())).Problems[0].Size.ShouldBeGreaterThan(100);
        int grown = (await forecasts.Problems.ListAsync(new ClusterQuery())).Problems[0].Id;
        (await forecasts.Problem.RunAsync(Center, $"{grown}", "4")).Model.ShouldBeNull();
        model.OfProblems.Keys.ShouldContain(grown);
    }

    [TestMethod]
    public async Task Only_a_new_version_of_the_problems_is_learned_anew_after_a_prediction()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);

        ForecastTraining first = (await forecasts.Train.RefreshAsync(Center)).ShouldNotBeNull();
        (await forecasts.Train.RefreshAsync(Center)).ShouldBeNull();
        await company.JoinAsync();
        await company.PredictAsync();
        ForecastTraining second = (await forecasts.Train.RefreshAsync(Center)).ShouldNotBeNull();

        (second.Version, second.Problems).ShouldBe(($"{first.Version}_r2", 4));
        second.Measures.ContainsKey("serving_mase").ShouldBeTrue();
        (await forecasts.Runs.ListAsync(Center, RunKind.Forecast)).Count.ShouldBe(2);
    }

    [TestMethod]
    public async Task A_policy_other_than_auto_leaves_it_to_a_person()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company, gate: new GateOptions { Policy = PromotionPolicy.Manual });

        ForecastTraining trained = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();
        trained.Stage.ShouldBe(ModelStage.Candidate);
        (await forecasts.Volume.RunAsync(Center, "1")).Model.ShouldBeNull();

        (await forecasts.Manage.PromoteAsync("office-it", trained.Version, Order)).Production!.Version.ShouldBe(trained.Version);
        (await forecasts.Volume.RunAsync(Center, "1")).Model.ShouldBe(trained.Version);
        (await SmallCompany.RefusedAsync(() => forecasts.Manage.PromoteAsync(Center, "2020_w01", Order))).Problem.ShouldBe(RequestProblem.NotFound);
        (await SmallCompany.RefusedAsync(() => forecasts.Manage.PromoteAsync(Center, "../stages", Order))).Problem.ShouldBe(RequestProblem.NotFound);
        (await SmallCompany.RefusedAsync(() => forecasts.Manage.RollBackAsync(Center, Order))).Problem.ShouldBe(RequestProblem.Conflict);
    }

    [TestMethod]
    public async Task A_version_that_did_worse_waits_and_takes_force_and_a_rollback_brings_the_other_back()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);
        ForecastTraining first = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();
        ForecastModel model = (await forecasts.Store.FindServingAsync(Center)).ShouldNotBeNull();
        await forecasts.Store.WriteAsync(model with { Version = "2030_w01" });
        await forecasts.Store.ChangeStagesAsync(Center, stages => stages.Judge("2030_w01", passed: false, new StageReason(company.Clock.GetUtcNow(), "test", "Worse.")));

        (await SmallCompany.RefusedAsync(() => forecasts.Manage.PromoteAsync(Center, "2030_w01", Order))).Message.ShouldMatch("did worse");
        (await SmallCompany.RefusedAsync(() => forecasts.Manage.PromoteAsync(Center, "2030_w01", Order with { Force = true }))).Problem.ShouldBe(RequestProblem.Conflict);
        await forecasts.Manage.PromoteAsync(Center, "2030_w01", Order with { Force = true, Reason = "To see it" });

        (await forecasts.Volume.RunAsync(Center, "1")).Model.ShouldBe("2030_w01");
        CenterStages stages = await forecasts.Manage.RollBackAsync(Center, Order);
        (stages.Production!.Version, stages.History[^1].Who).ShouldBe((first.Version, "Ada"));
    }

    [TestMethod]
    public void A_worse_one_is_told_from_the_one_that_serves_by_the_newest_weeks()
    {
        // A level that rose long ago: weights that know it only as it was before are worse.
        WeeklySeries series = new(new DateOnly(2025, 1, 6), [.. Enumerable.Range(0, 60).Select(week => week < 40 ? 4.0 + (week % 3) : 20 + (week % 3))]);
        CenterCounts counts = new("2026_q1", series, new Dictionary<int, WeeklySeries>());
        SeriesFit best = new(series.Total, CountForecaster.Fit(series, HolidayCalendar.None, HolidayEffect.Default));
        ForecastModel serving = Serving(series, best), wrong = Serving(series, best with { Fit = best.Fit with { Ensemble = best.Fit.Ensemble with { Methods = [new ForecastWeight("seasonalNaive", 1, 0)] } } });

        ForecastEvidence.Of(counts, HolidayCalendar.None, serving: null).Measures().Keys.ShouldBe(["tested_problems", "volume_mase", "volume_naive_mase", "volume_in80", "volume_in95"]);
        ForecastEvidence beside = ForecastEvidence.Of(counts, HolidayCalendar.None, wrong);
        beside.Mase!.Value.ShouldBeLessThan(beside.Serving!.Value);
        ForecastEvidence.Of(counts, HolidayCalendar.None, serving).Serving!.Value.ShouldBeLessThan(beside.Serving.Value);
        beside.Reason(passed: true).ShouldMatch("\\(compared_mase\\) is [0-9.]+, that of the version that serves \\(serving_mase\\) [0-9.]+ on the same series and weeks: no worse");
    }

    [TestMethod]
    public async Task All_tech_centers_are_forecast_together_and_short_histories_say_how_long_to_wait()
    {
        await using SmallCompany company = await YearAsync();
        await company.ReportAsync("Network", 60, new DateTimeOffset(2026, 3, 16, 9, 0, 0, TimeSpan.Zero));
        await company.TrainAsync(new TrainingRequest(TechCenters: ["Network"]));
        await company.PredictAsync();
        SmallForecasts forecasts = new(company);

        VolumeForecast all = await forecasts.Volume.RunAsync(null, "2"), one = await forecasts.Volume.RunAsync("Network", "2");

        (all.TechCenter, one.TechCenter, all.Weeks.Count).ShouldBe((null, "Network", 2));
        all.History.ShouldBeGreaterThan(one.History);
        all.Weeks[0].Mean.ShouldBeGreaterThan(one.Weeks[0].Mean + 1);
        (await SmallCompany.RefusedAsync(() => forecasts.Volume.RunAsync("Nowhere", null))).Problem.ShouldBe(RequestProblem.NotFound);
        (await SmallCompany.RefusedAsync(() => forecasts.Maker.RunAsync(null, null, "the company", new WeeklySeries(new DateOnly(2026, 1, 5), [1, 2, 3]), 8))).Message
            .ShouldBe("A forecast takes at least 8 whole weeks since the first incident; the company has 3. Ask again when there are more, 5 at least.");
    }

    [TestMethod]
    public async Task A_training_that_was_killed_before_its_version_had_a_stage_is_made_up_for()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);
        ForecastTraining trained = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();
        string path = ForecastStore.PathOf(Center, trained.Version);
        company.Objects.Objects.Remove($"{path[..path.LastIndexOf('/')]}/stages.json").ShouldBeTrue();

        ForecastTraining again = (await forecasts.Train.RefreshAsync(Center)).ShouldNotBeNull();

        (again.Version, again.Stage, again.Run).ShouldBe((trained.Version, ModelStage.Production, trained.Run));
        company.Objects.Objects.Keys.Count(name => name.StartsWith(ForecastStore.Root, StringComparison.Ordinal)).ShouldBe(2);
    }

    [TestMethod]
    public async Task Damaged_files_stop_no_forecast()
    {
        await using SmallCompany company = await YearAsync();
        SmallForecasts forecasts = new(company);
        ForecastTraining trained = (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull();
        string path = ForecastStore.PathOf(Center, trained.Version), stages = $"{path[..path.LastIndexOf('/')]}/stages.json";

        company.Objects.Objects[path] = "{ \"format\": 1 }"u8.ToArray();
        (await forecasts.Volume.RunAsync(Center, "1")).Model.ShouldBeNull();
        (await forecasts.Manage.ListAsync(Center)).Damaged.ShouldNotBeNull().ShouldHaveSingleItem().Version.ShouldBe(trained.Version);
        company.Objects.Objects[stages] = "no JSON"u8.ToArray();
        (await forecasts.Volume.RunAsync(Center, "1")).Model.ShouldBeNull();
        (await forecasts.Train.RunAsync(Center)).ShouldNotBeNull().Version.ShouldBe($"{trained.Version}_r2");
    }

    [TestMethod]
    public async Task Holidays_come_with_the_weeks_and_their_effect_is_kept()
    {
        await using SmallCompany company = await YearAsync();
        DateOnly running = (await new SmallForecasts(company).Volume.RunAsync(Center, "1")).Weeks[0].Week;
        SmallForecasts forecasts = new(company, new HolidayCalendar([running.AddDays(7), running.AddDays(8)]));
        await forecasts.Train.RunAsync(Center);

        VolumeForecast forecast = await forecasts.Volume.RunAsync(Center, "3");

        forecast.Weeks.Select(w => w.Holidays).ShouldBe([0, 2, 0]);
        forecast.HolidayEffect.ShouldBe(0.5);
        forecast.Weeks[1].Mean.ShouldBeLessThan(forecast.Weeks[0].Mean * 0.9);
    }

    private static ForecastModel Serving(WeeklySeries series, SeriesFit fit) => new()
    {
        Format = ForecastModel.CurrentFormat,
        TechCenter = Center,
        Version = "2026_w01",
        Problems = "2026_q1",
        TrainedAt = DateTimeOffset.UnixEpoch,
        Until = series.Next,
        Volume = fit,
        OfProblems = new Dictionary<int, SeriesFit>(),
    };

    // Five problems of 70 incidents each, over 50 weeks.
    private static async Task<SmallCompany> YearAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(Center, 350, new DateTimeOffset(2025, 6, 2, 9, 0, 0, TimeSpan.Zero));
        await company.TrainAsync();
        await company.PredictAsync();
        return company;
    }
}
