using Pipeline.Reporting;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Reporting;

[TestClass]
public sealed class ReportBuilderTests
{
    [TestMethod]
    public async Task A_damaged_model_costs_its_tech_center_alone_the_problems()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.ReportAsync("Network", 125);
        await company.TrainAsync();
        await company.PredictAsync();
        company.Objects.Objects["hdbscan-models/network/2026_q2/manifest.json"] = "{"u8.ToArray();

        ReportData report = await new ReportBuilder(company.Warehouse, company.Warehouse, company.Models, company.Clock).BuildAsync("Problems");

        ReportTechCenter damaged = report.TechCenters.Single(c => c.Name is "Network");
        damaged.Problems.ShouldBeEmpty();
        damaged.Incidents.ShouldBe(125);
        damaged.Note.ShouldNotBeNull().ShouldContain("is damaged");
        report.TechCenters.Single(c => c.Name is SmallCompany.TechCenter).Problems.Count.ShouldBeGreaterThan(1);
    }

    [TestMethod]
    [DataRow("clusters.json")]
    [DataRow("manifest.json")]
    public async Task A_sound_model_is_shown_though_the_one_before_it_is_damaged(string file)
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, new DateTimeOffset(2026, 8, 3, 9, 0, 0, TimeSpan.Zero));
        await company.TrainAsync();
        await company.PredictAsync();
        string damaged = company.Objects.Objects.Keys.Single(name => name.EndsWith($"/2026_q2/{file}", StringComparison.Ordinal));
        company.Objects.Objects[damaged] = "{"u8.ToArray();

        ReportTechCenter center = (await new ReportBuilder(company.Warehouse, company.Warehouse, company.Models, company.Clock).BuildAsync("Problems")).TechCenters.ShouldHaveSingleItem();

        center.PreviousVersion.ShouldBe("2026_q2");
        center.Problems.Count.ShouldBeGreaterThan(1);
        center.Changes.ShouldNotBeEmpty();
    }

    [TestMethod]
    public async Task The_report_shows_problems_with_their_variants_counted_by_what_the_predictions_say()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.JoinAsync();
        await company.PredictAsync();

        ReportTechCenter center = (await new ReportBuilder(company.Warehouse, company.Warehouse, company.Models, company.Clock).BuildAsync("Problems")).TechCenters.ShouldHaveSingleItem();

        center.Problems.Count.ShouldBe(4);
        center.Problems.Sum(p => p.Size).ShouldBe(center.Incidents - center.Unclustered);
        ReportProblem joined = center.Problems.Single(p => p.Variants.Count > 1);
        joined.Variants.Sum(v => v.Size).ShouldBe(joined.Size);
        joined.WeeklyCounts.Sum().ShouldBe(joined.Size);
        joined.Variants.Select(v => v.Size).ShouldBeInOrder(SortDirection.Descending);
        joined.Variants.ShouldAllBe(v => v.Examples.Count > 0 && v.Label.Length > 0);
        center.Points.Count(p => p.ProblemId == joined.Id).ShouldBe(joined.Size);
    }
}
