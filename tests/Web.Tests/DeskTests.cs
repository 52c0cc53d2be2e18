using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.LocalHost.Tests.Access;
using Pipeline.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>The pages of the desk in a browser, over the demo's data.</summary>
[TestClass]
public sealed partial class DeskTests
{
    private static OpenDesk _desk = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _desk = await OpenDesk.StartAsync(6_000);
    }

    [ClassCleanup]
    public static async Task Stop() => await (_desk?.DisposeAsync() ?? ValueTask.CompletedTask);

    [TestMethod]
    public async Task The_first_page_names_three_problems_with_the_reasons_and_leads_to_their_tickets_in_three_clicks()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("");

        ILocator tiles = desk.Page.Locator(".tile");
        await Expect(tiles).ToHaveCountAsync(3);
        (await tiles.First.Locator("li").CountAsync()).ShouldBeGreaterThan(0);
        (await desk.Page.Locator(".ranked tbody tr").CountAsync()).ShouldBeGreaterThan(3);
        await desk.CheckAsync();
        await desk.PictureAsync("desk-first");

        string name = await tiles.First.Locator("h3").InnerTextAsync();
        await tiles.First.ClickAsync();
        await desk.SettleAsync();
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync(name);
        await desk.Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = " tickets" }).ClickAsync();
        await desk.SettleAsync();
        await desk.Page.Locator(".tickets tbody th a").First.ClickAsync();
        await Expect(desk.Page.Locator("main h1")).ToContainTextAsync("Ticket INC");
    }

    [TestMethod]
    public async Task The_page_of_a_problem_shows_weeks_wordings_words_tickets_and_history()
    {
        JsonElement problem = await LargestAsync();
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync($"problem/{Uri.EscapeDataString(problem.GetProperty("techCenter").GetString()!)}/{problem.GetProperty("id").GetInt32()}");

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync(problem.GetProperty("label").GetString()!);
        await Expect(desk.Page.Locator(".chart canvas")).ToHaveCountAsync(1);
        await Expect(desk.Page.GetByText("Expected in the next 8 weeks")).ToBeVisibleAsync();
        await Expect(desk.Page.Locator(".tickets tbody tr")).ToHaveCountAsync(8);
        (await desk.Page.Locator(".variants blockquote").CountAsync()).ShouldBeGreaterThan(0);
        (await desk.Page.Locator(".lineage > li").CountAsync()).ShouldBeGreaterThan(0);
        await Expect(desk.Page.Locator(".lineage > li").Last.GetByText("Found for the first time.")).ToBeVisibleAsync();
        ILocator profile = desk.Page.Locator("section");
        await Expect(profile.Filter(new() { HasText = "What stands out" }).Locator("tbody tr, .empty").First).ToBeVisibleAsync();
        await Expect(profile.Filter(new() { HasText = "What resolved it" }).Locator("li").First).ToContainTextAsync("%");
        await desk.Page.GetByText("As a table").ClickAsync();
        string[][] weeks = [.. await Task.WhenAll((await desk.Page.Locator(".astable tbody tr").AllAsync()).Select(async row => (await row.Locator("td").AllInnerTextsAsync()).ToArray()))];
        weeks.Take(7).ShouldAllBe(week => week[0] == "–" && week[1] != "–" && week[2].Contains(" to "), "of the eight weeks that are expected the first is the running one");
        weeks.Where(week => week[0] != "–").Sum(week => int.Parse(week[0], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(problem.GetProperty("size").GetInt32());
        await desk.Page.GetByText("As a table").ClickAsync();
        await desk.CheckAsync();
        await desk.PictureAsync("desk-problem");
    }

    [TestMethod]
    public async Task Problems_are_listed_by_tech_center()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("problems");
        string center = (await LargestAsync()).GetProperty("techCenter").GetString()!;

        await desk.Page.GetByLabel("Tech center").SelectOptionAsync(center);
        await desk.SettleAsync();

        await Expect(desk.Page.Locator("tbody th .small").First).ToHaveTextAsync(center);
        (await desk.Page.Locator("tbody th .small").AllInnerTextsAsync()).Distinct(StringComparer.Ordinal).ShouldBe([center]);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task What_is_expected_of_a_tech_center_stands_above_its_problems_and_that_of_the_company_on_the_first_page()
    {
        JsonElement problem = await LargestAsync();
        string center = problem.GetProperty("techCenter").GetString()!, label = problem.GetProperty("label").GetString()!;
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("");
        ILocator company = desk.Page.Locator("section").Filter(new() { HasText = "What is to be expected" });
        await Expect(company.GetByText("Expected in the next 8 weeks")).ToBeVisibleAsync();
        await Expect(company.Locator(".chart canvas")).ToHaveCountAsync(1);

        await desk.GoAsync($"problems?center={Uri.EscapeDataString(center)}");
        ILocator volume = desk.Page.Locator("section").Filter(new() { HasText = $"Incidents of {center} a week" });
        await Expect(volume.GetByText("Expected in the next 8 weeks")).ToBeVisibleAsync();
        await volume.GetByText("As a table").ClickAsync();
        JsonElement told = await _desk.Served.Client.GetFromJsonAsync<JsonElement>($"/api/forecast/{Uri.EscapeDataString(center)}?weeks=8");
        await Expect(volume.Locator(".astable tbody tr")).ToHaveCountAsync(told.GetProperty("weeklyCounts").GetArrayLength() + 8);
        await desk.CheckAsync();

        await desk.Page.GetByLabel("Name holds").FillAsync(label[1..^1].ToUpperInvariant());
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(desk.Page.Locator("table.grid tbody th a").Filter(new() { HasText = label })).ToHaveCountAsync(1);
        await Expect(desk.Page.Locator("table.grid tbody th a").Filter(new() { HasNotText = label[1..^1] })).ToHaveCountAsync(0);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task Tickets_are_filtered_and_one_tells_its_story_and_why_it_is_where_it_is()
    {
        JsonElement problem = await LargestAsync();
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync($"tickets/{Uri.EscapeDataString(problem.GetProperty("techCenter").GetString()!)}/{problem.GetProperty("id").GetInt32()}");
        await Expect(desk.Page.Locator(".tickets tbody tr").First).ToBeVisibleAsync();
        await desk.CheckAsync();

        string[] lines = System.Text.Encoding.UTF8.GetString(await DownloadAsync(desk, "CSV")).Split("\nINC0");
        (lines[0].TrimEnd(), lines.Length).ShouldBe(("number,tech_center,problem,created,priority,resolved,cluster,confidence,text", problem.GetProperty("size").GetInt32() + 1));

        await desk.Page.GetByLabel("Priority").FillAsync("2 - High");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(desk.Page.Locator("td[data-label=Priority]").Filter(new() { HasNotText = "2 - High" })).ToHaveCountAsync(0);
        await desk.Page.Locator(".tickets tbody th a").First.ClickAsync();
        await Expect(desk.Page.Locator(".story > li").Nth(4)).ToBeVisibleAsync();
        (await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Open in its source" }).GetAttributeAsync("href"))!.ShouldStartWith("https://tickets.example/INC");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Why is it here?" }).ClickAsync();
        await Expect(desk.Page.GetByText("Nearest known incidents")).ToBeVisibleAsync();
        ILocator why = desk.Page.Locator("section").Filter(new() { HasText = "Why is it here?" });
        await Expect(why.GetByText("Exemplar")).ToHaveCountAsync(1);
        await Expect(why.GetByText("Words that decide")).ToBeVisibleAsync();
        await Expect(why.GetByText("likeness ").First).ToContainTextAsync("%");
        await Expect(why.GetByText("Confidence ").First).ToContainTextAsync("%");
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task The_tickets_of_all_problems_are_filtered_and_go_out_as_files()
    {
        JsonElement problem = await LargestAsync();
        string center = problem.GetProperty("techCenter").GetString()!, label = problem.GetProperty("label").GetString()!;
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("");
        await desk.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link, new() { Name = "Tickets" }).ClickAsync();
        await Expect(desk.Page.Locator(".tickets tbody tr")).ToHaveCountAsync(50);
        await desk.CheckAsync();
        await desk.PictureAsync("desk-tickets");

        await desk.Page.GetByLabel("Tech center").SelectOptionAsync(center);
        await desk.SettleAsync();
        await desk.Page.GetByLabel("Problem").SelectOptionAsync(new SelectOptionValue { Label = label });
        await desk.Page.GetByLabel("Priority").FillAsync("2 - High");
        await desk.Page.GetByLabel("Order").SelectOptionAsync("oldest");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await desk.SettleAsync();
        await Expect(desk.Page.Locator("td.of a").Filter(new() { HasNotText = label })).ToHaveCountAsync(0);
        (await desk.Page.Locator("td[data-label=Priority]").AllInnerTextsAsync()).Distinct(StringComparer.Ordinal).ShouldBe(["2 - High"]);
        JsonElement fits = await _desk.Served.Client.GetFromJsonAsync<JsonElement>($"/api/incidents?techCenter={Uri.EscapeDataString(center)}&problem={problem.GetProperty("id").GetInt32()}&priority=2%20-%20High&sort=oldest");
        string first = fits.GetProperty("incidents")[0].GetProperty("number").GetString()!;
        await Expect(desk.Page.Locator(".tickets tbody th a").First).ToHaveTextAsync(first);
        await desk.CheckAsync();

        JsonDocument.Parse(await DownloadAsync(desk, "JSON")).RootElement.GetProperty("incidents").GetArrayLength().ShouldBe(fits.GetProperty("total").GetInt32());
        using System.IO.Compression.ZipArchive workbook = new(new MemoryStream(await DownloadAsync(desk, "XLSX")));
        workbook.GetEntry("xl/workbook.xml").ShouldNotBeNull();

        await desk.Page.GetByLabel("Text holds").FillAsync("no ticket says this");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(desk.Page.GetByText("No ticket fits.")).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task A_search_from_any_page_leads_to_tickets_by_problem_and_a_ticket_to_similar_ones()
    {
        JsonElement problem = await LargestAsync();
        string label = problem.GetProperty("label").GetString()!;
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("operations");

        await desk.Page.GetByRole(AriaRole.Searchbox).FillAsync(label);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(desk.Page.Locator(".found mark").First).ToBeVisibleAsync();
        await Expect(desk.Page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync(label);
        (await desk.Page.Locator(".found > li").CountAsync()).ShouldBe(50);
        await desk.CheckAsync();

        await desk.Page.GetByLabel("Priority").FillAsync("2 - High");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(desk.Page.Locator(".found .small").Filter(new() { HasNotText = "2 - High" })).ToHaveCountAsync(0);
        ILocator first = desk.Page.Locator(".found > li a").First;
        string number = await first.InnerTextAsync();
        await first.ClickAsync();
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync($"Ticket {number}");
        ILocator similar = desk.Page.Locator("section").Filter(new() { HasText = "Similar tickets" });
        await Expect(similar.Locator("li")).ToHaveCountAsync(5);
        await Expect(similar.GetByText("How it was resolved").First).ToBeVisibleAsync();
        await desk.CheckAsync();

        await desk.Page.GetByRole(AriaRole.Searchbox).FillAsync(number.ToLowerInvariant());
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync($"Ticket {number}");

        // The picture is of texts without people: names in the middle of a sentence are not masked, which a picture need not show.
        await desk.GoAsync("search?text=connection refused by firewall");
        await desk.PictureAsync("desk-search");
    }

    [TestMethod]
    public async Task A_stream_shows_a_problem_that_emerges_while_one_looks()
    {
        DateTimeOffset monday = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
        (await _desk.Served.Client.PostAsJsonAsync("/api/streams", new { name = "desk" })).EnsureSuccessStatusCode();
        string[] others = ["printer on floor two is out of toner", "password expired and cannot be changed", "meeting room screen stays black", "mailbox is full", "laptop battery drains within an hour"];
        await AddAsync(Enumerable.Range(0, 120).Select(i => ($"a{i}", $"{others[i % others.Length]} {i % 7}", monday.AddHours(2 * i))));
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("streams/desk");
        await Expect(desk.Page.Locator(".live.on")).ToHaveCountAsync(1);
        await Expect(desk.Page.GetByText("No event.")).ToBeVisibleAsync();

        await AddAsync(Enumerable.Range(0, 24).Select(i => ($"b{i}", $"badge reader at gate {i % 4} rejects every badge since the update", monday.AddHours(240).AddMinutes(6 * i))));

        await Expect(desk.Page.GetByText("emerging problem").First).ToBeVisibleAsync();
        ILocator row = desk.Page.Locator("tbody tr").Filter(new() { HasText = "badge" }).First;
        await Expect(row.Locator(".growing")).ToHaveCountAsync(1);
        await row.Locator("button").ClickAsync();
        await Expect(row.Locator("li").First).ToContainTextAsync("badge reader");
        await desk.CheckAsync();
        await desk.Page.ReloadAsync();
        await Expect(desk.Page.GetByText("emerging problem").First).ToBeVisibleAsync();
        await desk.SettleAsync();
        await desk.PictureAsync("desk-streams");
    }

    [TestMethod]
    public async Task Operations_show_what_serves_and_bring_the_version_before_back()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("operations");
        await Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Name = "Schedules" })).ToBeVisibleAsync();
        await Expect(desk.Page.GetByText("demo-incidents.csv")).ToBeVisibleAsync();
        await desk.Page.GetByLabel("Measure").SelectOptionAsync("persistence");
        await Expect(desk.Page.Locator(".line polyline").First).ToBeVisibleAsync();
        await desk.CheckAsync();
        await desk.PictureAsync("desk-operations");

        ILocator button = desk.Page.GetByRole(AriaRole.Button, new() { Name = "Roll back: " }).First;
        string center = (await button.GetAttributeAsync("aria-label"))!["Roll back: ".Length..];
        string before = await ProductionAsync(center);
        await button.ClickAsync();
        await desk.Page.GetByLabel("Why").FillAsync("worse names");
        await desk.CheckAsync();
        await desk.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await Expect(desk.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        string after = await ProductionAsync(center);
        string.Equals(after, before, StringComparison.Ordinal).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_version_shows_what_it_would_change_before_it_serves()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("operations");

        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "what it would change" }).First.ClickAsync();

        await Expect(desk.Page.Locator("main h1")).ToContainTextAsync("From ");
        await Expect(desk.Page.GetByText("tickets change their problem")).ToBeVisibleAsync();
        await Expect(desk.Page.GetByRole(AriaRole.Row, new() { Name = "Agreement of the layouts on members" })).ToBeVisibleAsync();
        await desk.SettleAsync();
        await desk.CheckAsync();
        await desk.PictureAsync("desk-compare");
    }

    [TestMethod]
    public async Task What_only_admins_may_see_is_left_out_for_others_and_listed_for_them()
    {
        using TempFolder folder = new();
        await using FakeAuthority authority = await FakeAuthority.StartAsync();
        await using Served served = await Served.StartAsync(folder["data"], new Dictionary<string, string?>(authority.Settings, StringComparer.Ordinal) { ["Access:ClientId"] = FakeAuthority.ClientId });
        foreach ((string role, bool isAdmin) in ((string, bool)[])[("reader", false), ("admin", true)])
        {
            await using OpenPage desk = await _desk.Browser.OpenAsync(served.Address);
            await desk.GoAsync("operations");
            await desk.Page.GetByLabel("Key").FillAsync(authority.Issue(role));
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Enter" }).ClickAsync();
            await Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Name = "Quality and drift over time" })).ToBeVisibleAsync();
            await desk.SettleAsync();
            await Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Name = "Audit" })).ToHaveCountAsync(isAdmin ? 1 : 0);
            await desk.CheckAsync();
            if (isAdmin)
            {
                await desk.GoAsync("audit");
                await desk.Page.GetByLabel("Did").FillAsync("sign-in");
                await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
                await Expect(desk.Page.Locator("td[data-label=Did]").First).ToContainTextAsync("sign-in");
                await desk.CheckAsync();
            }
        }
    }

    [TestMethod]
    public async Task The_pages_speak_German_and_can_be_reached_by_keyboard()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 390, height: 844, language: "de", scheme: ColorScheme.Dark);
        await desk.GoAsync("");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("Was zuerst zu beheben ist");
        await desk.Page.ReloadAsync();
        await desk.SettleAsync();
        await desk.Page.Keyboard.PressAsync("Tab");
        await desk.Page.Keyboard.PressAsync("Tab");
        await desk.Page.Keyboard.PressAsync("Tab");
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("Probleme");
    }

    [TestMethod]
    public async Task A_host_that_asks_for_a_key_is_opened_with_one()
    {
        using TempFolder folder = new();
        await using Served served = await Served.StartAsync(folder["data"]);
        await using OpenPage desk = await _desk.Browser.OpenAsync(served.Address);
        await desk.GoAsync("");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("The host asks who you are");

        await desk.Page.GetByLabel("Key").FillAsync(served.Key);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Enter" }).ClickAsync();

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("What to fix first");
        await Expect(desk.Page.GetByText("No incident has been assigned to a problem yet.")).ToBeVisibleAsync();
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task Who_signs_in_at_the_authority_comes_back_to_the_same_page_and_may_do_what_the_role_says()
    {
        using TempFolder folder = new();
        await using FakeAuthority authority = await FakeAuthority.StartAsync();
        await using Served served = await Served.StartAsync(folder["data"], new Dictionary<string, string?>(authority.Settings, StringComparer.Ordinal) { ["Access:ClientId"] = FakeAuthority.ClientId });
        await using OpenPage desk = await _desk.Browser.OpenAsync(served.Address);
        await desk.GoAsync("problems");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("The host asks who you are");

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("Problems");
        desk.Page.Url.ShouldEndWith("/#/problems");
        await desk.CheckAsync();
        (await desk.Page.EvaluateAsync<int>("async () => (await fetch('/api/halt', { method: 'POST', headers: { authorization: 'Bearer ' + sessionStorage.getItem('pipeline-key') }, body: '{}' })).status")).ShouldBe(403);
    }

    [TestMethod]
    public async Task A_way_back_from_the_authority_that_this_tab_did_not_begin_signs_nobody_in()
    {
        using TempFolder folder = new();
        await using FakeAuthority authority = await FakeAuthority.StartAsync();
        await using Served served = await Served.StartAsync(folder["data"], new Dictionary<string, string?>(authority.Settings, StringComparer.Ordinal) { ["Access:ClientId"] = FakeAuthority.ClientId });
        await using OpenPage desk = await _desk.Browser.OpenAsync(served.Address);

        await desk.Page.GotoAsync("/?code=another-s&state=another-s#/");
        await desk.SettleAsync();

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("The host asks who you are");
        (await desk.Page.EvaluateAsync<string?>("() => sessionStorage.getItem('pipeline-key')")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_file_that_the_browser_has_is_not_sent_again_and_is_sent_compressed_at_first()
    {
        using HttpRequestMessage first = new(HttpMethod.Get, "/api/desk/desk.js");
        first.Headers.Add("Accept-Encoding", "gzip, br");
        using HttpResponseMessage sent = await _desk.Served.Client.SendAsync(first);
        sent.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        (await sent.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(100_000);

        using HttpRequestMessage again = new(HttpMethod.Get, "/api/desk/desk.js");
        again.Headers.Add("Accept-Encoding", "gzip, br");
        again.Headers.IfNoneMatch.Add(sent.Headers.ETag.ShouldNotBeNull());
        (await _desk.Served.Client.SendAsync(again)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotModified);
    }

    private static async Task<byte[]> DownloadAsync(OpenPage desk, string format)
    {
        IDownload download = await desk.Page.RunAndWaitForDownloadAsync(() => desk.Page.GetByRole(AriaRole.Button, new() { Name = format, Exact = true }).ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    private static async Task AddAsync(IEnumerable<(string Id, string Text, DateTimeOffset Time)> items) =>
        (await _desk.Served.Client.PostAsJsonAsync("/api/streams/desk/items", items.Select(i => new { id = i.Id, text = i.Text, time = i.Time }))).EnsureSuccessStatusCode();

    private static async Task<JsonElement> LargestAsync() => (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=1")).GetProperty("problems")[0];

    private static async Task<string> ProductionAsync(string center) =>
        (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("techCenters").EnumerateArray().Single(c => c.GetProperty("techCenter").GetString() == center).GetProperty("production").GetString()!;
}
