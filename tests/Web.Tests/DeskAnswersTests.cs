using Microsoft.Playwright;
using Pipeline.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>What the desk makes of answers that the demo's data seldom give. The host is real and empty; the answers in question are put in its place.</summary>
[TestClass]
public sealed class DeskAnswersTests
{
    private const string Summary = """{"techCenter":"Net","id":1,"label":"Badge reader","domainName":"none","size":3,"variants":1,"trend":"rising","change":{"ratio":1.2,"low":0.9,"high":1.6},"firstSeen":"2026-01-05T09:00:00Z","lastSeen":"2026-03-30T09:00:00Z"}""";

    private static readonly string Long = new('A', 3_000);
    private static readonly string Problem = $$"""
        {"version":"v1","current":true,"summary":{{Summary}},"keywords":["badge"],"lineage":[],
         "variants":[{"id":1,"label":"Badge","keywords":["badge"],"size":3,"firstSeen":null,"lastSeen":null,"examples":["{{Long}}"]}],
         "weeklyCounts":[{"week":"2026-03-16","count":2},{"week":"2026-03-23","count":1}]}
        """;

    private static readonly string Tickets = $$"""{"total":3,"page":1,"pageSize":50,"incidents":[{"number":"A/1 <b>","url":null,"createdOn":"2026-03-30T09:00:00Z","text":"{{Long}}","clusterId":1,"confidence":0.9,"priority":null,"resolvedOn":null,"techCenter":"Net","problemId":1,"problemLabel":"Badge reader"}]}""";

    private const string Profile = """
        {"techCenter":"Net","id":1,"centerIncidents":10,"incidents":3,"standsOut":[],"known":[],"resolved":{"read":0,"frequent":[]},"centers":[{"techCenter":"Net","id":1,"label":"Badge reader","incidents":3}]}
        """;

    // A word that is as long as names of hosts and jobs are, and longer.
    private const string Word = "Reconciliation_batch_job_EMEA_PRD_0042_monthly_closing_of_intercompany_balances_and_provisions_failed_with_return_code_12";

    private static OpenDesk _desk = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => _desk = await OpenDesk.StartAsync(() => Task.FromResult(new TempFolder()));

    [ClassCleanup]
    public static async Task Stop() => await (_desk?.DisposeAsync() ?? ValueTask.CompletedTask);

    [TestMethod]
    [DataRow(390)]
    [DataRow(1400)]
    public async Task A_word_without_an_end_leaves_the_table_in_its_place(int width)
    {
        await using OpenPage desk = await OpenAsync(width);
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets);
        await AnswerAsync(desk, "/problems/Net/1", Problem);

        await desk.GoAsync("tickets/Net/1");

        await Expect(desk.Page.Locator("td.text")).ToHaveCountAsync(1);
        (await desk.Page.EvaluateAsync<bool>("() => document.querySelector('table').getBoundingClientRect().right <= document.querySelector('.card').getBoundingClientRect().right")).ShouldBeTrue();
        await desk.CheckAsync();
    }

    [TestMethod]
    [DataRow(390)]
    [DataRow(1300)]
    public async Task One_long_word_of_a_name_breaks_and_leaves_lists_headings_and_tables_in_their_place(int width)
    {
        await using OpenPage desk = await OpenAsync(width);
        string summary = Summary.Replace("Badge reader", Word, StringComparison.Ordinal);
        await AnswerAsync(desk, "/api/problems?", $$"""{"total":1,"page":1,"pageSize":50,"problems":[{{summary}}]}""");
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets.Replace("Badge reader", Word, StringComparison.Ordinal));
        await AnswerAsync(desk, "/problems/Net/1/neighbours", $$"""{"neighbours":[{"techCenter":"Voice","id":4,"label":"{{Word}}","likeness":0.3,"words":["{{Word}}"]}]}""");
        await AnswerAsync(desk, "/problems/Net/1/profile", $$"""
            {"techCenter":"Net","id":1,"centerIncidents":10,"incidents":3,"standsOut":[{"column":"configurationItem","value":"{{Word}}","incidents":3,"share":1,"centerShare":0.3,"lift":3.33,"chance":1e-9}],"known":[{"column":"configurationItem","incidents":3}],
             "resolved":{"read":3,"frequent":[{"note":"{{Word}}","incidents":2,"share":0.67,"lastUsed":null,"examples":["A1"]}]},"centers":[{"techCenter":"Net","id":1,"label":"{{Word}}","incidents":3},{"techCenter":"Voice","id":4,"label":"{{Word}}","incidents":1}]}
            """);
        await AnswerAsync(desk, "/problems/Net/1", Problem.Replace("Badge reader", Word, StringComparison.Ordinal).Replace("\"keywords\":[\"badge\"]", $"\"keywords\":[\"{Word}\"]", StringComparison.Ordinal)
            .Replace("\"lineage\":[]", $$"""
                "lineage":[{"version":"2026_q1","publishedAt":"2026-01-05T09:00:00Z","kind":"new","label":"Badge","size":2,"previousSize":0,"related":[],"splitOff":[]},
                           {"version":"2026_q2","publishedAt":"2026-04-05T09:00:00Z","kind":"merged","label":"{{Word}}","size":3,"previousSize":2,"related":[{"id":8,"label":"{{Word}}"}],"splitOff":[{"id":9,"label":null}]}]
                """, StringComparison.Ordinal));
        await AnswerAsync(desk, "/api/forecast/", """{"history":20,"methods":[],"weeks":[]}""");
        await AnswerAsync(desk, "/api/incidents", Tickets.Replace("Badge reader", Word, StringComparison.Ordinal));

        foreach (string page in (string[])["problems", "problem/Net/1", "tickets"])
        {
            await desk.GoAsync(page);
            await Expect(desk.Page.GetByText(Word).First).ToBeVisibleAsync();
            (await desk.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('main h1, main h2, main h3, main table, main li, main .words')].filter(e => e.getBoundingClientRect().right > (e.closest('.card') ?? document.body).getBoundingClientRect().right).map(e => `${e.tagName} ${e.textContent}`)
                """)).ShouldBeEmpty();
            await desk.CheckAsync();
        }

        await desk.GoAsync("problem/Net/1");
        ILocator story = desk.Page.Locator(".lineage > li");
        await Expect(story.First).ToContainTextAsync($"Merged of {Word}");
        await Expect(story.First).ToContainTextAsync("Renamed from “Badge”.");
        await Expect(story.First).ToContainTextAsync("Split off: #9");
        await Expect(desk.Page.GetByText("×3.3")).ToBeVisibleAsync();
        await Expect(desk.Page.GetByText("In other tech centers")).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task A_trend_whose_ratio_is_within_chance_says_that_its_slope_tells_it()
    {
        await using OpenPage desk = await OpenAsync();
        await AnswerAsync(desk, "/api/problems?", $$"""{"total":1,"page":1,"pageSize":50,"problems":[{{Summary}}]}""");

        await desk.GoAsync("problems");

        await Expect(desk.Page.Locator("tbody").GetByText("by its slope")).ToHaveAttributeAsync("title", "Told by the slope of all its weeks. The newest part against what was before, the ratio, is within chance: its interval includes 1.");
        await Expect(desk.Page.Locator(".whisker.up")).ToHaveCountAsync(0);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task Tech_centers_that_do_not_end_with_the_others_are_named_on_the_first_page()
    {
        await using OpenPage desk = await OpenAsync();
        await AnswerAsync(desk, "/api/ranking", """
            {"at":"2026-07-01T00:00:00Z","totals":{"techCenters":3,"problems":1,"incidents":9,"recent":5,"unclusteredShare":0,"newestIncident":"2026-10-22","newestModel":null},
             "recentFrom":"2026-06-01","recentUntil":"2026-06-30","recentDays":30,"weeks":["2026-06-22"],"first":[],"new":[],"rising":[],"changes":[],
             "biggest":[{"label":"VPN","domainName":"none","places":[{"techCenter":"Net","id":2,"label":"VPN","size":9,"recent":5}],"size":9,"recent":5,"perWeek":{"rate":1,"low":0.5,"high":2},"share":1,"trend":"steady","change":null,
               "firstSeen":null,"lastSeen":null,"impact":{"urgentShare":null,"reopenedShare":null,"meanHoursToResolve":null},"weight":5,"weeklyCounts":[5]}],
             "outside":[{"techCenter":"Early","newestIncident":"2026-10-22","ahead":true},{"techCenter":"Late","newestIncident":"2025-10-30","ahead":false}]}
            """);

        await desk.GoAsync("");

        await Expect(desk.Page.GetByText("Without a recent incident (the newest in brackets): Late (Oct 30, 2025).")).ToBeVisibleAsync();
        await Expect(desk.Page.GetByText("with newer incidents that are not counted: Early (Oct 22, 2026).")).ToBeVisibleAsync();
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task A_ticket_tells_its_story_in_order_of_time_and_its_number_is_escaped_once()
    {
        await using OpenPage desk = await OpenAsync();
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets);
        await AnswerAsync(desk, "/problems/Net/1", Problem);
        await AnswerAsync(desk, "/api/incidents/A%2F1%20%3Cb%3E", """
            {"incident":{"number":"A/1 <b>","url":null,"createdOn":"2026-03-30T09:00:00Z","text":"badge","clusterId":1,"confidence":0.9,"priority":null,"resolvedOn":"2026-03-31T09:00:00Z"},
             "techCenter":"Net","state":null,"location":null,"configurationItem":null,"reopenCount":null,"updatedOn":null,"closeNotes":null,"arrivedAt":"2026-04-02T09:00:00Z","embedder":"e5",
             "problem":{"id":1,"label":"Badge","clusterId":1,"clusterLabel":"Badge","domainName":"none","modelVersion":"v1","predictedAt":"2026-04-03T09:00:00Z"}}
            """);

        await AnswerAsync(desk, "/api/incidents/A%2F1%20%3Cb%3E/similar", """{"number":"A/1 <b>","incidents":[]}""");

        await desk.GoAsync("tickets/Net/1");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "A/1 <b>" }).ClickAsync();

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("Ticket A/1 <b>");
        await desk.SettleAsync();
        (await desk.Page.Locator(".story > li").AllInnerTextsAsync()).Select(text => text.Split('\n')[0]).ShouldBe(["Opened", "Resolved", "Came in", "Masked and summarised", "Embedded by e5", "Assigned by v1"]);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task What_is_expected_stands_in_the_legend_as_one_figure_below_which_nothing_is_covered()
    {
        await using OpenPage desk = await OpenAsync(390);
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets);
        await AnswerAsync(desk, "/problems/Net/1/neighbours", """{"neighbours":[]}""");
        await AnswerAsync(desk, "/problems/Net/1/profile", Profile);
        await AnswerAsync(desk, "/problems/Net/1", Problem);
        await AnswerAsync(desk, "/api/forecast/", """{"history":20,"methods":[],"weeks":[{"week":"2026-03-30","mean":2,"low80":1,"high80":3,"low95":0,"high95":4}]}""");

        await desk.GoAsync("problem/Net/1");

        ILocator legend = desk.Page.Locator(".u-legend");
        await Expect(legend).ToContainTextAsync("In 80 of 100 cases");
        (await legend.Locator(".u-series:visible").CountAsync()).ShouldBe(4);
        ILocator told = desk.Page.GetByText("Expected in the next week:");
        LocatorBoundingBoxResult above = (await legend.BoundingBoxAsync())!, below = (await told.BoundingBoxAsync())!;
        below.Y.ShouldBeGreaterThanOrEqualTo(above.Y + above.Height);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task A_problem_that_has_gone_quiet_says_since_when_on_its_page_and_in_the_list()
    {
        await using OpenPage desk = await OpenAsync();
        string quiet = Summary[..^1] + ",\"quietSince\":\"2026-04-06\",\"quietWeeks\":8}";
        await AnswerAsync(desk, "/api/problems?", $$"""{"total":1,"page":1,"pageSize":50,"problems":[{{quiet}}]}""");
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets);
        await AnswerAsync(desk, "/problems/Net/1/neighbours", """{"neighbours":[]}""");
        await AnswerAsync(desk, "/problems/Net/1/profile", Profile);
        await AnswerAsync(desk, "/problems/Net/1", Problem.Replace(Summary, quiet, StringComparison.Ordinal));
        await AnswerAsync(desk, "/api/forecast/", """{"history":20,"methods":[],"weeks":[],"quietSince":"2026-04-06"}""");

        await desk.GoAsync("problems");
        await Expect(desk.Page.Locator("td.date").GetByText("quiet for 8 weeks")).ToBeVisibleAsync();
        await desk.CheckAsync();

        await desk.GoAsync("problem/Net/1");
        await Expect(desk.Page.GetByRole(AriaRole.Note)).ToContainTextAsync("No incident is known since the week of Apr 6, 2026 (8 whole weeks).");
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task Work_under_way_shows_on_a_host_of_several_processes()
    {
        await using OpenPage desk = await OpenAsync();
        await desk.Page.RouteAsync(url => url.EndsWith("/status.json", StringComparison.Ordinal), route => route.FulfillAsync(new RouteFulfillOptions { Status = 404 }));
        await AnswerAsync(desk, "/api/work", """{"work":[{"stage":"Training","done":4,"total":15,"detail":"train-2026-q2"}]}""");

        await desk.GoAsync("operations");

        ILocator work = desk.Page.Locator("section").Filter(new() { HasText = "At work" });
        await Expect(work.GetByText("4 / 15")).ToBeVisibleAsync();
        await Expect(work.GetByText("train-2026-q2")).ToBeVisibleAsync();
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task German_nouns_keep_their_capitals()
    {
        await using OpenPage desk = await OpenAsync(language: "de");
        await AnswerAsync(desk, "/problems/Net/1/incidents", Tickets);
        await AnswerAsync(desk, "/problems/Net/1", Problem);

        await desk.GoAsync("tickets/Net/1");

        await Expect(desk.Page.Locator("main .lead")).ToHaveTextAsync("Net · 3 Störungen");
    }

    [TestMethod]
    public async Task The_stream_with_the_newest_item_is_open_where_none_is_named()
    {
        await using OpenPage desk = await OpenAsync();
        await AnswerAsync(desk, "/api/streams", """{"streams":["alpha","omega"]}""");
        foreach ((string stream, string newest) in ((string, string)[])[("alpha", "2026-03-01T09:00:00Z"), ("omega", "2026-03-02T09:00:00Z")])
        {
            await AnswerAsync(desk, $"/streams/{stream}/stats", $$"""{"items":1,"keptItems":1,"clusters":1,"events":0,"similarityThresholdInForce":0.5,"newestItem":"{{newest}}"}""");
            await AnswerAsync(desk, $"/streams/{stream}/clusters", """{"stream":"s","now":"2026-03-02T09:00:00Z","total":0,"clusters":[]}""");
            await desk.Page.RouteAsync(url => url.Contains($"/streams/{stream}/events", StringComparison.Ordinal), route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = "" }));
        }

        await desk.GoAsync("streams");

        await Expect(desk.Page.GetByLabel("Stream")).ToHaveValueAsync("omega");
        await desk.CheckAsync();
    }

    private static Task<OpenPage> OpenAsync(int width = 1280, string language = "en") => _desk.Browser.OpenAsync(_desk.Served.Address, width: width, language: language);

    /// <summary>Answers what the page asks of an address that ends so, before its query.</summary>
    private static async Task AnswerAsync(OpenPage desk, string address, string json) =>
        await desk.Page.RouteAsync(
            url => address.EndsWith('/') || address.EndsWith('?') ? url.Contains(address, StringComparison.Ordinal) : url.Split('?')[0].EndsWith(address, StringComparison.Ordinal),
            route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = json }));
}
