using System.Text.Json;
using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Measures;
using Pipeline.Operations;
using Pipeline.Problems;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Operations;

[TestClass]
public sealed class OperationsTests
{
    private static readonly CapacityUse Idle = new(Replicas: 1, Cpu: 0.1, Memory: 0.2, Disk: 0.3, DiskGrowthPerDay: 0, Incidents: 20_000, IncidentsPerWeek: 200, IncidentsPerHour: 10, WaitingIncidents: 0, ModelBytes: 1);

    [TestMethod]
    public void Replicas_are_what_the_scarcest_asks_for_from_two_to_twenty()
    {
        Capacity.Plan(Idle).Replicas.ShouldBe(2);
        Capacity.Plan(Idle with { Replicas = 4, Cpu = 0.9 }).Replicas.ShouldBe(6, "4 * 0.9 / 0.7 = 5.1");
        Capacity.Plan(Idle with { Replicas = 4, Memory = 0.9 }).Replicas.ShouldBe(5, "4 * 0.9 / 0.8 = 4.5");
        Capacity.Plan(Idle with { WaitingIncidents = 75 }).Replicas.ShouldBe(8, "7.5 hours of work");
        Capacity.Plan(Idle with { WaitingIncidents = 1_000_000 }).Replicas.ShouldBe(20);
        Capacity.Plan(Idle with { WaitingIncidents = 5, IncidentsPerHour = 0 }).Replicas.ShouldBe(20, "nothing is worked off");
    }

    [TestMethod]
    [DataRow(20_000, 1_000)]
    [DataRow(100_000, 1_000)]
    [DataRow(100_010, 10_000)]
    [DataRow(5_000_000, 10_000)]
    public void Batches_grow_with_many_incidents(int incidents, int batch) => Capacity.Plan(Idle with { Incidents = incidents }).BatchSize.ShouldBe(batch);

    [TestMethod]
    public void What_fills_up_next_is_told()
    {
        CapacityPlan plan = Capacity.Plan(Idle with { Disk = 0.7, DiskGrowthPerDay = 0.01, Cpu = 0.75 });

        plan.DaysToFullDisk.ShouldBe(10);
        plan.Limits.Count.ShouldBe(2);
        Capacity.Plan(Idle).Limits.ShouldBeEmpty();
        Capacity.Plan(Idle with { Disk = 0.9 }).Limits.ShouldHaveSingleItem().ShouldStartWith("disk at");
    }

    [TestMethod]
    public void Cost_is_what_was_measured_times_the_prices()
    {
        CostEstimate cost = new CostOptions { PerMillionTokens = 2, PerGigabyteMonth = 4.348125, PerGigabyteSecond = 0.001, MonthlyBudget = 100 }.Of(tokens: 3_000_000, modelBytes: 2_000_000_000, gigabyteSeconds: 1_000);

        (cost.Embedding, cost.Storage, cost.Compute, cost.Week).ShouldBe((6, 2, 1, 9));
        cost.Month.ShouldBe(39.1331, 0.001);
        cost.OfBudget!.Value.ShouldBe(0.3913, 0.001);
        new CostOptions().Of(0, 0, 0).OfBudget.ShouldBeNull();
        Should.Throw<ArgumentOutOfRangeException>(() => new CostOptions { PerMillionTokens = -1 }.Validate()).Message.ShouldContain("Cost:PerMillionTokens");
    }

    [TestMethod]
    public async Task A_week_is_told_as_JSON_and_as_a_page_in_which_no_text_is_markup()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        company.Clock.Advance(TimeSpan.FromDays(1));
        DateTimeOffset now = company.Clock.GetUtcNow().AddHours(-1);
        await company.Warehouse.SaveMeasuresAsync(
        [
            new Measure(now, SmallCompany.TechCenter, "2026_q2", "confidence.p50", 0.75),
            new Measure(now, SmallCompany.TechCenter, "2026_q2", "predictions", 125),
            new Measure(now.AddDays(-30), SmallCompany.TechCenter, "2026_q2", "predictions", 1_000),
            new Measure(now, null, null, "memory.bytes", 2e9),
            new Measure(now, null, null, "embedding.tokens", 1e6),
        ]);
        await new RaiseAlert(company.Warehouse, new AlertOptions(), company.Clock).RunAsync(new AlertEvent(AlertRules.Drift, "<script>alert(1)</script>"));
        MakeWeeklyReport make = new(
            new BrowseProblems(company.Warehouse, company.Models, company.Known, company.Weeks, company.Clock), company.Warehouse, new DriftReports(company.Warehouse, company.Warehouse), company.Warehouse, company.Warehouse, company.Preprocess, company.Objects, new CostOptions { Currency = "<b>" }, company.Clock);

        (WeeklyReport report, string name) = await new WeeklyReports(make, company.Objects).KeepAsync();

        WeeklyTechCenter center = report.TechCenters.ShouldHaveSingleItem();
        (center.TechCenter, center.Predicted, center.Confidence).ShouldBe((SmallCompany.TechCenter, 125, 0.75));
        report.Alerts.ShouldHaveSingleItem().ShouldBe(new WeeklyAlerts("drift", AlertSeverity.Warning, 1, 1));
        report.Cost.GigabyteSeconds.ShouldBe(600);
        report.Capacity.Use.ModelBytes.ShouldBeGreaterThan(1_000);
        name.ShouldBe("reports/weekly/2026-07-02");
        await using Stream json = (await company.Objects.OpenReadAsync($"{name}.json"))!;
        (await JsonDocument.ParseAsync(json)).RootElement.GetProperty("techCenters").GetArrayLength().ShouldBe(1);
        using StreamReader page = new((await company.Objects.OpenReadAsync($"{name}.html"))!);
        string html = await page.ReadToEndAsync();
        html.ShouldContain("&lt;b&gt;");
        html.ShouldNotContain("<script");
        html.ShouldContain("Office IT");
    }
}
