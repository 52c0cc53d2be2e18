using Pipeline.Forecasting;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Forecasting;

[TestClass]
public sealed class ForecastProblemTests
{
    [TestMethod]
    public async Task A_problem_is_forecast_from_the_running_week_on()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        BrowseProblems problems = new(company.Warehouse, company.Models, company.Known, company.Weeks, TimeProvider.System);
        ProblemSummary problem = (await problems.ListAsync(new ClusterQuery())).Problems[0];
        DateOnly running = (await problems.FindAsync(SmallCompany.TechCenter, $"{problem.Id}")).WeeklyCounts[^1].Week;

        ProblemForecast forecast = await new SmallForecasts(company).Problem.RunAsync("office-it", $"{problem.Id}", "3");

        forecast.Weeks.Select(w => w.Week).ShouldBe([running, running.AddDays(7), running.AddDays(14)]);
        forecast.Weeks.ShouldAllBe(w => w.Mean > 0.5 && w.Mean < 3);
        (forecast.Label, forecast.TechCenter).ShouldBe((problem.Label, SmallCompany.TechCenter));
        (await SmallCompany.RefusedAsync(() => new SmallForecasts(company).Problem.RunAsync("office-it", $"{problem.Id}", "27"))).Errors.Keys.ShouldBe(["weeks"]);
    }

    [TestMethod]
    public async Task A_problem_that_has_only_just_begun_says_how_long_to_wait()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 50, new DateTimeOffset(2026, 5, 4, 9, 0, 0, TimeSpan.Zero), ["Printer {0} on floor {1} shows a paper jam and does not print", "VPN connection drops every few minutes from {0}, tunnel {1} lost"]);
        await company.TrainAsync();
        await company.PredictAsync();
        BrowseProblems problems = new(company.Warehouse, company.Models, company.Known, company.Weeks, TimeProvider.System);
        int id = (await problems.ListAsync(new ClusterQuery())).Problems[0].Id;

        RequestException refused = await SmallCompany.RefusedAsync(() => new SmallForecasts(company).Problem.RunAsync(SmallCompany.TechCenter, $"{id}", null));

        refused.Problem.ShouldBe(RequestProblem.Unprocessable);
        refused.Message.ShouldMatch("at least 8 whole weeks since the first incident; .* has 7. Ask again when there are more, 1 at least");
    }
}
