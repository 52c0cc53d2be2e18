using Pipeline.Access;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class BrowseIncidentsTests
{
    private static SmallCompany _company = null!;

    private static BrowseIncidents Browse => new(_company.Warehouse, _company.Warehouse, _company.Known, _company.Names, new IncidentOptions { UrlTemplate = "https://tickets.example/{number}" });

    private static TextPermission Permission => new(new AccessOptions { ReadText = "analyst, admin", StaysMasked = new Dictionary<string, string>(StringComparer.Ordinal) { ["Analyst"] = "secret, email" } }, MaskingRules.Default, new Masker(MaskingRules.Default), _company.Summaries);

    [ClassInitialize]
    public static async Task Train(TestContext _) => _company = await SmallCompany.TrainedAsync();

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task The_incidents_of_a_problem_are_all_that_it_counts()
    {
        ProblemSummary problem = (await new BrowseProblems(_company.Warehouse, _company.Models, _company.Known, _company.Weeks, TimeProvider.System).ListAsync(new ClusterQuery())).Problems[0];

        ShownIncidents page = await Browse.ListAsync("office-it", $"{problem.Id}", ofVariant: false, Request(("pageSize", "5"), ("page", "2")), Permission.Masked);

        (page.Total, page.Page, page.PageSize, page.Incidents.Count).ShouldBe((problem.Size, 2, 5, 5));
        page.Incidents.ShouldAllBe(i => i.Text!.Length > 0 && i.Confidence > 0 && i.Url == $"https://tickets.example/{Uri.EscapeDataString(i.Number)}");
        page.Incidents.Select(i => i.CreatedOn).ShouldBe(page.Incidents.Select(i => i.CreatedOn).OrderDescending());
    }

    [TestMethod]
    public async Task An_export_has_the_incidents_of_all_pages()
    {
        ProblemSummary problem = (await new BrowseProblems(_company.Warehouse, _company.Models, _company.Known, _company.Weeks, TimeProvider.System).ListAsync(new ClusterQuery())).Problems[0];
        List<string> numbers = [];
        await foreach (ShownIncident incident in await Browse.ExportAsync("office-it", $"{problem.Id}", ofVariant: false, Request(("pageSize", "5"), ("page", "2")), Permission.Masked))
        {
            numbers.Add(incident.Number);
        }

        numbers.Distinct(StringComparer.Ordinal).Count().ShouldBe(problem.Size);
    }

    [TestMethod]
    public async Task All_incidents_are_listed_those_of_no_problem_too_and_chosen_by_their_masked_text()
    {
        await _company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "X4", Texts = ["Call hunter@example.org"], TechCenter = SmallCompany.TechCenter, CreatedOn = new DateTimeOffset(2020, 3, 1, 8, 0, 0, TimeSpan.Zero) }]);

        ShownIncidents all = await Browse.ListAsync(Request(("sort", "oldest"), ("pageSize", "200")), Permission.Masked);
        (all.Incidents[0].Number, all.Incidents[0].ProblemId, all.Incidents[0].TechCenter, all.Total).ShouldBe(("X4", null, SmallCompany.TechCenter, all.Incidents.Count));
        all.Incidents.Count(i => i.ProblemLabel is not null).ShouldBeGreaterThan(100);

        ShownIncidents jams = await Browse.ListAsync(Request(("text", "PAPER jam"), ("techCenter", "office-it")), Permission.Masked);
        (jams.Total, jams.Incidents.All(i => i.Text!.Contains("paper jam", StringComparison.OrdinalIgnoreCase))).ShouldBe((25, true));
        (await Browse.ListAsync(Request(("text", "hunter@example.org")), Permission.For(new Caller("Jane", Role.Admin, CallerKind.Person), "raw"))).Total.ShouldBe(0, "what is masked cannot be found out by asking for it");
        int problem = jams.Incidents[0].ProblemId!.Value;
        (await Browse.ListAsync(Request(("techCenter", "office-it"), ("problem", $"{problem}")), Permission.Masked)).Incidents.ShouldAllBe(i => i.ProblemId == problem);
        (await SmallCompany.RefusedAsync(() => Browse.ListAsync(Request(("techCenter", "nowhere")), Permission.Masked))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    [TestMethod]
    public async Task An_incident_tells_its_story_in_masked_words()
    {
        await _company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "X1", Texts = ["Printer jam"], TechCenter = SmallCompany.TechCenter, CreatedOn = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), Priority = "2 - High", CloseNotes = "Told jane.doe@example.org to restart" }]);

        IncidentStory story = await Browse.FindAsync("X1", Permission.Masked);

        (story.Incident.Priority, story.TechCenter, story.Problem, story.Incident.Text).ShouldBe(("2 - High", SmallCompany.TechCenter, null, null));
        story.CloseNotes.ShouldBe("Told <email> to restart");
        (await SmallCompany.RefusedAsync(() => Browse.FindAsync("X2", Permission.Masked))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    [TestMethod]
    [DataRow(Role.Analyst, "Ann at <email> cannot sign in, password <secret>", "Told <email> to restart")]
    [DataRow(Role.Admin, "Ann at ann@example.org cannot sign in, password <secret>", "Told jane.doe@example.org to restart")]
    public async Task Who_may_read_texts_sees_them_as_they_came_but_for_what_stays_masked_for_the_role(Role role, string text, string notes)
    {
        await _company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "X3", Texts = ["Ann at ann@example.org <b>cannot</b> sign in, password hunter2!x"], TechCenter = SmallCompany.TechCenter, CreatedOn = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), CloseNotes = "Told jane.doe@example.org to restart" }]);

        IncidentStory story = await Browse.FindAsync("X3", Permission.For(new Caller("Jane", role, CallerKind.Person), "raw"));

        (story.Incident.Text, story.CloseNotes).ShouldBe((text, notes));
    }

    [TestMethod]
    [DataRow(Role.Reader)]
    [DataRow(Role.Operator)]
    [DataRow(null)]
    public void Who_may_not_read_texts_is_told_the_permission_and_sees_masked_ones(Role? role)
    {
        Caller caller = new("Jane", role, CallerKind.Person);

        RequestException refused = Should.Throw<RequestException>(() => Permission.For(caller, "raw"));

        (refused.Problem, refused.Message.Contains("read_text", StringComparison.Ordinal)).ShouldBe((RequestProblem.Forbidden, true));
        TextPermission permission = Permission;
        permission.For(caller, null).ShouldBe(permission.Masked);
        permission.For(caller, "masked").ShouldBe(permission.Masked);
        Should.Throw<RequestException>(() => permission.For(caller, "some")).Errors.Keys.ShouldBe(["texts"]);
    }

    [TestMethod]
    public void The_values_of_a_refused_row_are_masked_as_what_their_column_says_they_are()
    {
        Permission.Masked.Value("password", "hunter2!x").ShouldBe("<secret>");
        Permission.Masked.Value("note", "call jane.doe@example.org").ShouldBe("call <email>");
        Permission.Masked.Value("opened_at", "soon").ShouldBe("soon");
        Permission.For(new Caller("Jane", Role.Admin, CallerKind.Person), "raw").Value("note", "call jane.doe@example.org").ShouldBe("call jane.doe@example.org");
    }

    [TestMethod]
    [DataRow("owner", null, null, "Access:ReadText")]
    [DataRow(null, "owner", "secret", "Access:StaysMasked:owner")]
    [DataRow(null, "admin", "passwords", "Access:StaysMasked:admin")]
    public void A_permission_that_cannot_be_understood_is_refused(string? readText, string? role, string? stays, string setting)
    {
        AccessOptions options = new() { ReadText = readText, StaysMasked = role is null ? new Dictionary<string, string>(StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal) { [role] = stays! } };

        Should.Throw<SettingException>(() =>
        {
            options.Validate();
            options.ValidateMasking([.. MaskingRules.Default.Select(rule => rule.Replacement)]);
        }).Message.ShouldContain(setting);
        new AccessOptions { ReadText = "none" }.TextReaders.ShouldBeEmpty();
        new AccessOptions().TextReaders.ShouldBe([Role.Admin]);
    }

    [TestMethod]
    [DataRow("sort", "colour", "newest, oldest, confidence, doubtful")]
    [DataRow("from", "yesterday", "must be a date")]
    [DataRow("until", "2026-13-01", "must be a date")]
    [DataRow("from", "1,2", "must be a date")]
    [DataRow("from", "12:00", "must be a date")]
    [DataRow("until", "01/02/2026", "must be a date")]
    [DataRow("page", "0", "from 1 to")]
    [DataRow("pageSize", "201", "from 1 to 200")]
    [DataRow("problem", "7", "name it in techCenter")]
    public void What_cannot_be_read_is_named_with_the_fix(string name, string value, string fix) =>
        Should.Throw<RequestException>(() => Request((name, value))).Errors[name][0].ShouldContain(fix);

    [TestMethod]
    [DataRow("2026-03-31", 0)]
    [DataRow("2026-03-31T08:00:00Z", 8)]
    [DataRow("2026-03-31 08:00", 8)]
    [DataRow("2026-03-31T10:00:00.5+02:00", 8)]
    public void Dates_are_read_as_they_are_written_in_every_country(string text, int hour) =>
        Request(("from", text)).From!.Value.Hour.ShouldBe(hour);

    [TestMethod]
    [DataRow("https://tickets.example/")]
    [DataRow("javascript:alert({number})")]
    [DataRow("tickets/{number}")]
    public void An_address_of_incidents_is_one_of_the_web_with_a_place_for_the_number(string template) =>
        Should.Throw<SettingException>(() => new IncidentOptions { UrlTemplate = template }.Validate()).Message.ShouldContain("Incident:UrlTemplate");

    private static IncidentRequest Request(params (string Name, string Value)[] values) => IncidentRequest.Parse(name => values.FirstOrDefault(v => v.Name == name).Value);
}
