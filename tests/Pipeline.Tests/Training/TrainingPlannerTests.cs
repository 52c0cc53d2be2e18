using Pipeline.Incidents;
using Pipeline.Requests;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class TrainingPlannerTests
{
    [TestMethod]
    public async Task Without_a_quarter_it_is_that_of_the_newest_incident()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 30, new DateTimeOffset(2025, 10, 1, 0, 0, 0, TimeSpan.Zero));

        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest());

        (plan.Year, plan.Quarter, plan.TechCenters).ShouldBe((2025, 4, null));
        plan.Name.ShouldBe("train-2025-q4");
    }

    [TestMethod]
    public async Task A_single_incident_of_another_tech_center_long_after_all_others_does_not_decide()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 60, new DateTimeOffset(2024, 1, 8, 9, 0, 0, TimeSpan.Zero));
        TrainingPlan before = await company.Planner.PlanAsync(new TrainingRequest());
        await company.ReportAsync("Netwrok", 1, new DateTimeOffset(2026, 6, 8, 9, 0, 0, TimeSpan.Zero));

        TrainingPlan after = await company.Planner.PlanAsync(new TrainingRequest());

        (after.Year, after.Quarter).ShouldBe((before.Year, before.Quarter));
        after.Year.ShouldBe(2024);
    }

    [TestMethod]
    public async Task The_same_tech_centers_in_any_order_are_the_same_training()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 5);
        await company.ReportAsync("Voice/Video #1", 5);

        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest(2026, 2, ["Voice/Video #1", "Network", "Network"]));
        TrainingPlan again = await company.Planner.PlanAsync(new TrainingRequest(2026, 2, ["Network", "Voice/Video #1"]));
        TrainingPlan other = await company.Planner.PlanAsync(new TrainingRequest(2026, 2, ["Network"]));

        plan.TechCenters.ShouldBe(["Network", "Voice/Video #1"]);
        again.Name.ShouldBe(plan.Name);
        other.Name.ShouldNotBe(plan.Name, StringComparer.Ordinal);
        plan.Name.ShouldMatch("^train-2026-q2-[0-9a-f]{8}$");
    }

    [TestMethod]
    [DataRow(2026, 5, "quarter", "from 1 to 4")]
    [DataRow(2026, 0, "quarter", "from 1 to 4")]
    [DataRow(1989, 2, "year", "from 1990 to 9998")]
    [DataRow(2026, null, "quarter", "or neither")]
    [DataRow(null, 2, "year", "or neither")]
    [DataRow(2025, 4, "year", "from 2026-02-02 to 2026-02-06")]
    [DataRow(2029, 1, "year", "from 2026-02-02 to 2026-02-06")]
    [DataRow(2026, 4, "year", "2026 q4 has not begun: it is 2026-07-01")]
    public async Task A_quarter_that_cannot_be_trained_is_refused_with_the_fix(int? year, int? quarter, string field, string fix)
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 5);

        RequestException error = await Should.ThrowAsync<RequestException>(() => company.Planner.PlanAsync(new TrainingRequest(year, quarter)));

        error.Errors.Keys.ShouldBe([field]);
        error.Errors[field].ShouldHaveSingleItem().ShouldContain(fix);
    }

    [TestMethod]
    public async Task A_quarter_between_the_years_of_two_centers_is_refused_since_neither_has_anything_of_it()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Closed", 5, new DateTimeOffset(2015, 1, 5, 0, 0, 0, TimeSpan.Zero));
        await company.ReportAsync("Network", 5);

        (await SmallCompany.RefusedAsync(() => company.Planner.PlanAsync(new TrainingRequest(2020, 1)))).Errors.Keys.ShouldBe(["year"]);
        (await company.Planner.PlanAsync(new TrainingRequest(2015, 2))).Year.ShouldBe(2015);
    }

    [TestMethod]
    public async Task Incidents_without_dates_make_no_quarter_of_the_dated_ones_and_any_that_has_begun_by_themselves()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 5);
        await company.Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 5).Select(i => new Incident { Number = $"U{i}", TechCenter = "Undated", Texts = [$"The badge reader {i} does not open the door"] })]);
        await company.Preprocess.RunAsync();

        await SmallCompany.RefusedAsync(() => company.Planner.PlanAsync(new TrainingRequest(2010, 1)));
        (await company.Planner.PlanAsync(new TrainingRequest(2010, 1, ["Undated"]))).Year.ShouldBe(2010);
        (await SmallCompany.RefusedAsync(() => company.Planner.PlanAsync(new TrainingRequest(2027, 1, ["Undated"])))).Message.ShouldContain("no incident has a date");
    }

    [TestMethod]
    public async Task Unknown_and_missing_tech_centers_are_refused_with_the_known_ones()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 5);

        RequestException unknown = await Should.ThrowAsync<RequestException>(() => company.Planner.PlanAsync(new TrainingRequest(TechCenters: ["Netwrok"])));
        RequestException none = await Should.ThrowAsync<RequestException>(() => company.Planner.PlanAsync(new TrainingRequest(TechCenters: [])));

        unknown.Errors["techCenters"].ShouldHaveSingleItem().ShouldBe("The tech center 'Netwrok' has no preprocessed incidents. Known: 'Network'.");
        none.Errors["techCenters"].ShouldHaveSingleItem().ShouldContain("leave the field out to train all");
    }
}
