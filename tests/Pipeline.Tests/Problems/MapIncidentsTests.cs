using Pipeline.Corrections;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Problems;

/// <summary>The map of a small company: 125 incidents of five problems, one a day.</summary>
[TestClass]
public sealed class MapIncidentsTests
{
    [TestMethod]
    public async Task Every_incident_of_the_training_has_a_place_and_names_lie_where_their_problems_are()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();

        CenterMap center = (await MapOf(company).RunAsync(new MapQuery())).Centers.ShouldHaveSingleItem();

        (center.TechCenter, center.Version, center.Incidents, center.Placed).ShouldBe((SmallCompany.TechCenter, "2026_q2", 125, 125));
        int[] lengths = [center.Numbers.Count, center.X.Count, center.Y.Count, center.Problem.Count, center.Priority.Count, center.Week.Count];
        lengths.ShouldAllBe(length => length == 125);
        Math.Max(center.Width, center.Height).ShouldBe(CenterMap.Side);
        (center.X.Min(), center.X.Max(), center.Y.Min(), center.Y.Max()).ShouldBe((0, center.Width, 0, center.Height));
        center.Problems.Count.ShouldBe(5);
        foreach ((int place, MappedProblem problem) in center.Problems.Index())
        {
            int[] members = [.. Enumerable.Range(0, 125).Where(i => center.Problem[i] == place)];
            members.Length.ShouldBe(problem.Size);
            members.ShouldContain(i => center.X[i] == problem.X && center.Y[i] == problem.Y);
        }
    }

    [TestMethod]
    public async Task Points_have_their_week_and_priority_and_are_taken_evenly_where_there_are_too_many()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        List<Incident> stored = [.. (await company.Warehouse.ReadChangesAsync(0, 200)).Select(c => c.Incident)];
        await company.Warehouse.UpsertIncidentsAsync([.. stored.Select((incident, i) => incident with { Priority = i % 5 == 0 ? "1 - Critical" : "4 - Low" })]);

        IncidentMap map = await MapOf(company).RunAsync(new MapQuery(Points: 50));

        CenterMap center = map.Centers.ShouldHaveSingleItem();
        (center.Placed, center.Numbers.Count).ShouldBe((125, 50));
        map.Priorities.ShouldBe(["1 - Critical", "4 - Low"]);
        map.FirstWeek.ShouldBe(new DateOnly(2026, 2, 2));
        map.Weeks.ShouldBe(center.Week.Max() + 1);
        Dictionary<string, Incident> incidents = stored.ToDictionary(i => i.Number, StringComparer.Ordinal);
        foreach ((int i, string number) in center.Numbers.Index())
        {
            DateOnly opened = DateOnly.FromDateTime(incidents[number].CreatedOn!.Value.UtcDateTime);
            center.Week[i].ShouldBe((opened.DayNumber - map.FirstWeek!.Value.DayNumber) / 7);
        }

        center.Priority.Count(p => p == 0).ShouldBeInRange(1, 49);
    }

    [TestMethod]
    public async Task A_merge_and_a_new_name_show_on_the_maps_of_all_versions()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, new DateTimeOffset(2026, 8, 3, 9, 0, 0, TimeSpan.Zero));
        await company.TrainAsync(new TrainingRequest(2026, 3));
        await company.PredictAsync();
        CenterMap before = await CenterAsync(company);
        (int gone, int into) = (before.Problems[0].Id, before.Problems[1].Id);

        await company.Correct.AddAsync(new CorrectionRequest(Kind: "merge", Problem: gone, Into: into), "ann");
        await company.Correct.AddAsync(new CorrectionRequest(Kind: "rename", Problem: into, Text: "Both together"), "ann");

        CenterMap after = await CenterAsync(company);
        after.Problems.ShouldNotContain(p => p.Id == gone);
        after.Problems.Single(p => p.Id == into).ShouldSatisfyAllConditions(
            p => p.Label.ShouldBe("Both together"),
            p => p.Size.ShouldBe(before.Problems[0].Size + before.Problems[1].Size));
        CenterMap earlier = await CenterAsync(company, "2026_q2");
        (earlier.Version, earlier.Incidents, earlier.Placed).ShouldBe(("2026_q2", 250, 125));
        earlier.Versions.ShouldBe(["2026_q2", "2026_q3"]);
        earlier.Problems.ShouldContain(p => p.Id == into && p.Label == "Both together");
        earlier.Problems.ShouldNotContain(p => p.Id == gone);
        after.Problems.ShouldContain(p => p.Since == "2026_q2");
    }

    [TestMethod]
    public async Task A_damaged_model_costs_its_tech_center_alone_the_map()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.ReportAsync("Network", 125);
        await company.TrainAsync();
        await company.PredictAsync();
        company.Objects.Objects["hdbscan-models/network/2026_q2/model.safetensors"] = "{"u8.ToArray();

        (await MapOf(company).RunAsync(new MapQuery())).Centers.ShouldHaveSingleItem().TechCenter.ShouldBe(SmallCompany.TechCenter);
        await Should.ThrowAsync<ModelException>(() => MapOf(company).RunAsync(new MapQuery("Network")));
    }

    [TestMethod]
    public async Task What_was_worded_as_nothing_in_the_training_has_no_place()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 10, new DateTimeOffset(2026, 8, 3, 9, 0, 0, TimeSpan.Zero), ["Badge reader {0} at gate {1} rejects every badge"]);
        await company.PredictAsync();

        CenterMap center = await CenterAsync(company);

        (center.Incidents, center.Placed).ShouldBe((135, 125));
    }

    [TestMethod]
    [DataRow("Office IT", "2031_q1", RequestProblem.NotFound, "version")]
    [DataRow("elsewhere", null, RequestProblem.NotFound, "techCenter")]
    public async Task What_is_not_there_is_not_found(string techCenter, string? version, RequestProblem problem, string field)
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();

        RequestException error = await SmallCompany.RefusedAsync(() => MapOf(company).RunAsync(new MapQuery(techCenter, version)));

        (error.Problem, error.Errors.Keys.Single()).ShouldBe((problem, field));
    }

    [TestMethod]
    [DataRow("Network", null, "0", "points")]
    [DataRow("Network", null, "many", "points")]
    [DataRow(null, "2026_q2", null, "version")]
    public void A_query_that_cannot_be_is_refused(string? techCenter, string? version, string? points, string field) =>
        Should.Throw<RequestException>(() => MapQuery.Parse(techCenter, version, points)).Errors.Keys.ShouldBe([field]);

    private static MapIncidents MapOf(SmallCompany company) => new(company.Warehouse, company.Models, company.Known);

    private static async Task<CenterMap> CenterAsync(SmallCompany company, string? version = null) =>
        (await MapOf(company).RunAsync(new MapQuery(SmallCompany.TechCenter, version))).Centers.ShouldHaveSingleItem();
}
