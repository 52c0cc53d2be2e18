using Pipeline.Classification;
using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class BrowseClustersTests
{
    private static SmallCompany _company = null!;

    private static BrowseClusters Browse => new(_company.Warehouse, _company.Models, _company.Known, TimeProvider.System);

    [ClassInitialize]
    public static async Task Train(TestContext _) => _company = await SmallCompany.TrainedAsync();

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task Clusters_are_listed_with_what_was_assigned_to_them()
    {
        ClusterPage page = await Browse.ListAsync(new ClusterQuery());

        page.Total.ShouldBe(5);
        page.Clusters.Sum(c => c.Size).ShouldBe(await AssignedAsync());
        page.Clusters.Select(c => c.Size).ShouldBeInOrder(SortDirection.Descending);
        page.Clusters.ShouldAllBe(c => c.TechCenter == SmallCompany.TechCenter && c.FirstSeen < c.LastSeen && c.Trend == ClusterTrend.Steady && c.DomainName.Length > 0);
    }

    [TestMethod]
    public async Task Pages_together_are_the_whole_list_in_order()
    {
        List<string> labels = [];
        foreach (int number in new[] { 1, 2, 3, 4 })
        {
            ClusterPage page = await Browse.ListAsync(new ClusterQuery("office-it", ClusterSort.Label, number, 2));
            page.Total.ShouldBe(5);
            labels.AddRange(page.Clusters.Select(c => c.Label));
        }

        labels.Count.ShouldBe(5);
        labels.ShouldBe(labels.Order(StringComparer.OrdinalIgnoreCase));
    }

    [TestMethod]
    public async Task The_most_recent_come_first_when_asked() =>
        (await Browse.ListAsync(new ClusterQuery(Sort: ClusterSort.LastSeen))).Clusters.Select(c => c.LastSeen!.Value).ShouldBeInOrder(SortDirection.Descending);

    [TestMethod]
    [DataRow("colour", null, null, "sort", "size, label, trend, lastSeen")]
    [DataRow(null, "0", null, "page", "from 1")]
    [DataRow(null, "two", null, "page", "from 1")]
    [DataRow(null, null, "201", "pageSize", "to 200")]
    [DataRow(null, null, "-5", "pageSize", "to 200")]
    public void A_query_that_cannot_be_read_is_refused_with_the_fix(string? sort, string? page, string? pageSize, string field, string fix) =>
        Should.Throw<RequestException>(() => ClusterQuery.Parse(name => name switch { "sort" => sort, "page" => page, "pageSize" => pageSize, _ => null })).Errors[field].ShouldHaveSingleItem().ShouldContain(fix);

    [TestMethod]
    public async Task Clusters_and_problems_are_found_by_a_part_of_their_name_whatever_the_case()
    {
        ClusterSummary[] all = [.. (await Browse.ListAsync(new ClusterQuery())).Clusters];
        string part = all[0].Label[1..^1].ToUpperInvariant();

        ClusterPage page = await Browse.ListAsync(ClusterQuery.Parse(name => name == "text" ? $" {part} " : null));

        page.Clusters.Select(c => c.Id).ShouldBe(all.Where(c => c.Label.Contains(part, StringComparison.OrdinalIgnoreCase)).Select(c => c.Id));
        page.Total.ShouldBe(page.Clusters.Count);
        Should.Throw<RequestException>(() => ClusterQuery.Parse(name => name == "text" ? new string('a', 101) : null)).Errors.Keys.ShouldBe(["text"]);
    }

    [TestMethod]
    public void An_empty_query_is_the_first_page_by_size() => ClusterQuery.Parse(_ => "").ShouldBe(new ClusterQuery(null, ClusterSort.Size, 1, 50));

    [TestMethod]
    public async Task A_cluster_is_shown_with_examples_and_weeks()
    {
        ClusterSummary listed = (await Browse.ListAsync(new ClusterQuery())).Clusters[0];

        ClusterDetails details = await Browse.FindAsync(SmallCompany.TechCenter, $"{listed.Id}");

        details.Summary.ShouldBe(listed);
        (details.Version, details.Current).ShouldBe(("2026_q2", true));
        details.Examples.ShouldNotBeEmpty();
        details.Keywords.ShouldNotBeEmpty();
        details.WeeklyCounts.Sum(w => w.Count).ShouldBe(listed.Size);
        details.WeeklyCounts.ShouldAllBe(w => w.Week.DayOfWeek == DayOfWeek.Monday);
        details.Lineage.ShouldHaveSingleItem().Kind.ShouldBe(ClusterChangeKind.New);
    }

    [TestMethod]
    [DataRow("office-it", "999", "id")]
    [DataRow("office-it", "-1", "id")]
    [DataRow("office-it", "x", "id")]
    [DataRow("elsewhere", "0", "techCenter")]
    public async Task What_is_not_there_is_not_found(string techCenter, string id, string field)
    {
        RequestException error = await SmallCompany.RefusedAsync(() => Browse.FindAsync(techCenter, id));

        error.Problem.ShouldBe(RequestProblem.NotFound);
        error.Errors.Keys.ShouldBe([field]);
    }

    [TestMethod]
    public async Task The_story_of_a_cluster_is_told_over_all_versions_and_beyond_its_end()
    {
        await using SmallCompany changing = await SmallCompany.TrainedAsync();
        ClusterSummary[] before = [.. (await ListAsync(changing)).Clusters];
        DateTimeOffset later = new(2029, 1, 1, 9, 0, 0, TimeSpan.Zero);
        changing.Clock.Advance(TimeSpan.FromDays(3 * 365));
        await changing.ReportAsync(SmallCompany.TechCenter, 60, later, ["Printer {0} on floor {1} shows a paper jam and does not print", "Conference room {0} projector {1} lamp broken, picture flickers"]);
        await changing.TrainAsync(new TrainingRequest(2029, 1));
        await changing.PromoteAsync("2029_q1");
        await changing.PredictAsync();
        BrowseClusters browse = new(changing.Warehouse, changing.Models, changing.Known, TimeProvider.System);

        ClusterSummary printer = before.Single(c => c.Label.Contains("paper", StringComparison.OrdinalIgnoreCase) || c.Label.Contains("print", StringComparison.OrdinalIgnoreCase));
        ClusterSummary vpn = before.Single(c => c.Label.Contains("vpn", StringComparison.OrdinalIgnoreCase));
        ClusterDetails kept = await browse.FindAsync(SmallCompany.TechCenter, $"{printer.Id}");
        ClusterDetails gone = await browse.FindAsync(SmallCompany.TechCenter, $"{vpn.Id}");

        kept.Current.ShouldBeTrue();
        kept.Lineage.Select(e => (e.Version, e.Kind)).ShouldBe([("2026_q2", ClusterChangeKind.New), ("2029_q1", ClusterChangeKind.Kept)]);
        gone.Current.ShouldBeFalse();
        gone.Summary.Trend.ShouldBe(ClusterTrend.Gone);
        gone.Version.ShouldBe("2026_q2");
        gone.Lineage.Select(e => (e.Version, e.Kind)).ShouldBe([("2026_q2", ClusterChangeKind.New), ("2029_q1", ClusterChangeKind.Gone)]);
    }

    [TestMethod]
    public async Task Every_published_model_is_listed_the_newest_first()
    {
        await using SmallCompany twice = await SmallCompany.TrainedAsync();
        await twice.TrainAsync();

        TechCenterModels models = (await new ModelCatalog(twice.Known, twice.Models).ListAsync()).ShouldHaveSingleItem();

        (models.TechCenter, models.Newest).ShouldBe((SmallCompany.TechCenter, "2026_q2_r2"));
        models.Versions.Select(v => v.Version).ShouldBe(["2026_q2_r2", "2026_q2"]);
        models.Versions[0].PreviousVersion.ShouldBe("2026_q2");
    }

    [TestMethod]
    [DataRow("clusters.json")]
    [DataRow("manifest.json")]
    public async Task A_damaged_old_version_is_missing_from_the_story_alone(string file)
    {
        await using SmallCompany twice = await SmallCompany.TrainedAsync();
        await twice.TrainAsync();
        twice.Objects.Objects[$"hdbscan-models/office-it/2026_q2/{file}"] = "{"u8.ToArray();
        BrowseClusters browse = new(twice.Warehouse, twice.Models, twice.Known, TimeProvider.System);

        ClusterSummary cluster = (await ListAsync(twice)).Clusters[0];
        ClusterDetails details = await browse.FindAsync(SmallCompany.TechCenter, $"{cluster.Id}");

        details.Current.ShouldBeTrue();
        details.Lineage.Select(e => e.Version).ShouldBe(["2026_q2_r2"]);
    }

    [TestMethod]
    [DataRow("2026_q2", "2026_q2_r2")]
    [DataRow("2026_q2_r2", "2026_q2")]
    public async Task A_damaged_version_is_told_by_the_list_of_models_and_by_the_status(string version, string newest)
    {
        await using SmallCompany twice = await SmallCompany.TrainedAsync();
        await twice.TrainAsync();
        twice.Objects.Objects[$"hdbscan-models/office-it/{version}/manifest.json"] = "{"u8.ToArray();

        TechCenterModels models = (await new ModelCatalog(twice.Known, twice.Models).ListAsync()).ShouldHaveSingleItem();
        TechCenterStatus status = (await new PipelineMonitor(twice.Warehouse, twice.Warehouse, twice.Warehouse, twice.Objects, twice.Models, twice.Tuned, twice.Preprocess, twice.Embedder, new OperatingModes(twice.Objects, twice.Clock), twice.Clock).StatusAsync()).TechCenters.ShouldHaveSingleItem();

        models.Newest.ShouldBe(newest);
        models.Versions.ShouldHaveSingleItem();
        models.Damaged.ShouldHaveSingleItem().Version.ShouldBe(version);
        (status.Version, status.Versions).ShouldBe((newest, 1));
        status.Problem.ShouldNotBeNull().ShouldContain($"{version}/manifest.json is damaged");
    }

    private static async Task<ClusterPage> ListAsync(SmallCompany of) => await new BrowseClusters(of.Warehouse, of.Models, of.Known, TimeProvider.System).ListAsync(new ClusterQuery());

    private static async Task<int> AssignedAsync()
    {
        int assigned = 0;
        await foreach (PredictedIncident row in _company.Warehouse.ReadPredictedAsync())
        {
            assigned += row.Prediction.ClusterId == IncidentPrediction.Unclustered ? 0 : 1;
        }

        return assigned;
    }
}
