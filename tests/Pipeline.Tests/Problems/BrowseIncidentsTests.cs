using Pipeline.Incidents;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class BrowseIncidentsTests
{
    private static SmallCompany _company = null!;

    private static BrowseIncidents Browse => new(_company.Warehouse, _company.Warehouse, _company.Known, _company.Summaries, new IncidentOptions { UrlTemplate = "https://tickets.example/{number}" });

    [ClassInitialize]
    public static async Task Train(TestContext _) => _company = await SmallCompany.TrainedAsync();

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task The_incidents_of_a_problem_are_all_that_it_counts()
    {
        ProblemSummary problem = (await new BrowseProblems(_company.Warehouse, _company.Models, _company.Known, TimeProvider.System).ListAsync(new ClusterQuery())).Problems[0];

        ShownIncidents page = await Browse.ListAsync("office-it", $"{problem.Id}", ofVariant: false, Request(("pageSize", "5"), ("page", "2")));

        (page.Total, page.Page, page.PageSize, page.Incidents.Count).ShouldBe((problem.Size, 2, 5, 5));
        page.Incidents.ShouldAllBe(i => i.Text!.Length > 0 && i.Confidence > 0 && i.Url == $"https://tickets.example/{Uri.EscapeDataString(i.Number)}");
        page.Incidents.Select(i => i.CreatedOn).ShouldBe(page.Incidents.Select(i => i.CreatedOn).OrderDescending());
    }

    [TestMethod]
    public async Task An_export_has_the_incidents_of_all_pages()
    {
        ProblemSummary problem = (await new BrowseProblems(_company.Warehouse, _company.Models, _company.Known, TimeProvider.System).ListAsync(new ClusterQuery())).Problems[0];
        List<string> numbers = [];
        await foreach (ShownIncident incident in await Browse.ExportAsync("office-it", $"{problem.Id}", ofVariant: false, Request(("pageSize", "5"), ("page", "2"))))
        {
            numbers.Add(incident.Number);
        }

        numbers.Distinct(StringComparer.Ordinal).Count().ShouldBe(problem.Size);
    }

    [TestMethod]
    public async Task An_incident_tells_its_story_in_masked_words()
    {
        await _company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "X1", Texts = ["Printer jam"], TechCenter = SmallCompany.TechCenter, CreatedOn = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), Priority = "2 - High", CloseNotes = "Told jane.doe@example.org to restart" }]);

        IncidentStory story = await Browse.FindAsync("X1");

        (story.Incident.Priority, story.TechCenter, story.Problem, story.Incident.Text).ShouldBe(("2 - High", SmallCompany.TechCenter, null, null));
        story.CloseNotes.ShouldBe("Told <email> to restart");
        (await SmallCompany.RefusedAsync(() => Browse.FindAsync("X2"))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    [TestMethod]
    [DataRow("sort", "colour", "newest, oldest, confidence, doubtful")]
    [DataRow("from", "yesterday", "must be a date")]
    [DataRow("until", "2026-13-01", "must be a date")]
    [DataRow("page", "0", "from 1 to")]
    [DataRow("pageSize", "201", "from 1 to 200")]
    public void What_cannot_be_read_is_named_with_the_fix(string name, string value, string fix) =>
        Should.Throw<RequestException>(() => Request((name, value))).Errors[name][0].ShouldContain(fix);

    [TestMethod]
    [DataRow("https://tickets.example/")]
    [DataRow("javascript:alert({number})")]
    [DataRow("tickets/{number}")]
    public void An_address_of_incidents_is_one_of_the_web_with_a_place_for_the_number(string template) =>
        Should.Throw<SettingException>(() => new IncidentOptions { UrlTemplate = template }.Validate()).Message.ShouldContain("Incident:UrlTemplate");

    private static IncidentRequest Request(params (string Name, string Value)[] values) => IncidentRequest.Parse(name => values.FirstOrDefault(v => v.Name == name).Value);
}
