using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Problems;

/// <summary>Five clusters, of which the two largest are variants of one problem.</summary>
[TestClass]
public sealed class BrowseProblemsTests
{
    private static SmallCompany _company = null!;
    private static ModelClusters _known = null!;

    private static BrowseProblems Browse => new(_company.Warehouse, _company.Models, _company.Known, _company.Weeks, TimeProvider.System);

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _company = await SmallCompany.TrainedAsync();
        _known = await _company.JoinAsync();
        await _company.PredictAsync();
    }

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task Problems_are_listed_with_what_was_assigned_to_all_their_variants()
    {
        ProblemPage page = await Browse.ListAsync(new ClusterQuery());

        (page.Total, page.Problems.Count).ShouldBe((4, 4));
        ProblemSummary joined = page.Problems[0];
        (joined.Id, joined.Label, joined.Variants).ShouldBe((SmallCompany.JoinedId, "Two of a kind", 2));
        joined.Size.ShouldBe(await AssignedAsync(p => p.ProblemId == SmallCompany.JoinedId));
        page.Problems.Sum(p => p.Size).ShouldBe(await AssignedAsync(p => p.ProblemId != IncidentPrediction.Unclustered));
        page.Problems.Skip(1).ShouldAllBe(p => p.Variants == 1);
        page.Problems.ShouldAllBe(p => p.TechCenter == SmallCompany.TechCenter && p.FirstSeen < p.LastSeen && p.DomainName.Length > 0);
    }

    [TestMethod]
    public async Task A_problem_is_shown_with_its_variants_and_its_weeks()
    {
        ProblemDetails details = await Browse.FindAsync("office-it", $"{SmallCompany.JoinedId}");

        (details.Version, details.Current).ShouldBe(("2026_q2_r2", true));
        details.Summary.ShouldBe((await Browse.ListAsync(new ClusterQuery())).Problems[0]);
        details.Variants.Select(v => v.Id).ShouldBe(_known.Problems[0].Variants, ignoreOrder: true);
        details.Variants.Sum(v => v.Size).ShouldBe(details.Summary.Size);
        details.Variants.ShouldAllBe(v => v.Examples.Count > 0 && v.Label.Length > 0 && v.FirstSeen < v.LastSeen);
        details.WeeklyCounts.Sum(w => w.Count).ShouldBe(details.Summary.Size);
        details.Lineage.ShouldHaveSingleItem().Version.ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task A_trend_is_told_of_the_problem_and_each_of_its_variants_shows_it()
    {
        ClusterPage clusters = await new BrowseClusters(_company.Warehouse, _company.Models, _company.Known, TimeProvider.System).ListAsync(new ClusterQuery());
        Dictionary<int, ProblemSummary> problems = (await Browse.ListAsync(new ClusterQuery())).Problems.ToDictionary(p => p.Id);

        clusters.Total.ShouldBe(5);
        clusters.Clusters.Count(c => c.ProblemId == SmallCompany.JoinedId && c.ProblemLabel is "Two of a kind").ShouldBe(2);
        clusters.Clusters.ShouldAllBe(c => c.Trend == problems[c.ProblemId].Trend && c.Change == problems[c.ProblemId].Change && c.DomainId == problems[c.ProblemId].DomainId);
    }

    [TestMethod]
    [DataRow("office-it", "999", "id")]
    [DataRow("office-it", "x", "id")]
    [DataRow("elsewhere", "0", "techCenter")]
    public async Task What_is_not_there_is_not_found(string techCenter, string id, string field)
    {
        RequestException error = await SmallCompany.RefusedAsync(() => Browse.FindAsync(techCenter, id));

        error.Problem.ShouldBe(RequestProblem.NotFound);
        error.Errors.Keys.ShouldBe([field]);
    }

    [TestMethod]
    public async Task A_problem_keeps_its_id_in_the_next_version_and_the_story_goes_on_after_its_end()
    {
        await using SmallCompany changing = await SmallCompany.TrainedAsync();
        BrowseProblems browse = new(changing.Warehouse, changing.Models, changing.Known, changing.Weeks, TimeProvider.System);
        ProblemSummary[] before = [.. (await browse.ListAsync(new ClusterQuery())).Problems];
        changing.Clock.Advance(TimeSpan.FromDays(3 * 365));
        await changing.ReportAsync(SmallCompany.TechCenter, 60, new DateTimeOffset(2029, 1, 1, 9, 0, 0, TimeSpan.Zero), ["Printer {0} on floor {1} shows a paper jam and does not print", "Conference room {0} projector {1} lamp broken, picture flickers"]);
        await changing.TrainAsync(new TrainingRequest(2029, 1));
        await changing.PromoteAsync("2029_q1");
        await changing.PredictAsync();

        ProblemDetails kept = await browse.FindAsync(SmallCompany.TechCenter, $"{before.Single(p => p.Label.Contains("print", StringComparison.OrdinalIgnoreCase) || p.Label.Contains("paper", StringComparison.OrdinalIgnoreCase)).Id}");
        ProblemDetails gone = await browse.FindAsync(SmallCompany.TechCenter, $"{before.Single(p => p.Label.Contains("vpn", StringComparison.OrdinalIgnoreCase)).Id}");

        kept.Current.ShouldBeTrue();
        kept.Lineage.Select(e => (e.Version, e.Kind)).ShouldBe([("2026_q2", ClusterChangeKind.New), ("2029_q1", ClusterChangeKind.Kept)]);
        (gone.Current, gone.Version, gone.Summary.Trend).ShouldBe((false, "2026_q2", ClusterTrend.Gone));
        gone.Lineage.Select(e => (e.Version, e.Kind)).ShouldBe([("2026_q2", ClusterChangeKind.New), ("2029_q1", ClusterChangeKind.Gone)]);
    }

    private static async Task<int> AssignedAsync(Func<IncidentPrediction, bool> counts)
    {
        int assigned = 0;
        await foreach (PredictedIncident row in _company.Warehouse.ReadPredictedAsync())
        {
            assigned += counts(row.Prediction) ? 1 : 0;
        }

        return assigned;
    }
}
