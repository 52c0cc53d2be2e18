using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>The views that look at all problems at once.</summary>
public sealed partial class DeskTests
{
    [TestMethod]
    public async Task Every_problem_is_an_area_that_leads_to_it_and_a_tech_center_leads_into_itself()
    {
        JsonElement tree = await AskAsync("/api/clusters/tree?depth=3");
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, height: 980);
        await desk.GoAsync("explore/tree");
        ILocator areas = desk.Page.Locator(".treemap .cell");

        await Expect(areas).ToHaveCountAsync(Below(tree).Count(n => Kind(n) == "problem" && n.GetProperty("size").GetInt32() > 0));
        await desk.CheckAsync();
        await desk.PictureAsync("desk-tree");

        JsonElement center = tree.GetProperty("children")[0];
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = $"{center.GetProperty("name").GetString()}: {center.GetProperty("problems").GetInt32()} problems", Exact = true }).FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(areas).ToHaveCountAsync(Below(center).Count(n => Kind(n) == "problem" && n.GetProperty("size").GetInt32() > 0));
        await desk.CheckAsync();

        JsonElement largest = Below(center).Where(n => Kind(n) == "problem").MaxBy(n => n.GetProperty("size").GetInt32());
        await desk.Page.Locator($".treemap a[href='#/problem/{Uri.EscapeDataString(center.GetProperty("name").GetString()!)}/{largest.GetProperty("id").GetInt32()}']").FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync(largest.GetProperty("name").GetString()!);
    }

    [TestMethod]
    public async Task The_tree_is_opened_from_tech_centers_down_to_wordings()
    {
        JsonElement center = (await AskAsync("/api/clusters/tree")).GetProperty("children").EnumerateArray().First(c => Below(c).Any(n => Kind(n) == "problem" && n.GetProperty("children").GetArrayLength() > 1));
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync($"explore/tree?as=list&center={Uri.EscapeDataString(center.GetProperty("name").GetString()!)}");
        await Expect(desk.Page.Locator(".branches a:visible")).ToHaveCountAsync(center.GetProperty("problems").GetInt32());
        await desk.CheckAsync();

        JsonElement worded = Below(center).First(n => Kind(n) == "problem" && n.GetProperty("children").GetArrayLength() > 1);
        ILocator row = desk.Page.Locator("li").Filter(new() { Has = desk.Page.GetByRole(AriaRole.Link, new() { Name = worded.GetProperty("name").GetString()!, Exact = true }) }).Last;
        await row.GetByText("Worded in").ClickAsync();
        await row.Locator("ul a").First.ClickAsync();
        await desk.SettleAsync();
        await Expect(desk.Page.Locator(".tickets tbody tr").First).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task Likeness_is_shown_by_words_over_all_and_by_vectors_in_a_tech_center()
    {
        JsonElement words = await AskAsync("/api/likeness?by=words&top=20");
        string[] names = [.. words.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("label").GetString()!)];
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("explore/likeness?top=20");
        (await desk.Page.Locator(".heat .names li").AllInnerTextsAsync()).ShouldBe(names);
        int alike = words.GetProperty("likeness").EnumerateArray().Select((row, i) => row.EnumerateArray().Take(i).Count(value => value.GetDouble() >= 0.15)).Sum();
        await Expect(desk.Page.Locator("tbody tr")).ToHaveCountAsync(Math.Min(20, alike));
        await desk.CheckAsync();

        string center = (await AskAsync("/api/clusters/tree?depth=1")).GetProperty("children")[1].GetProperty("name").GetString()!;
        JsonElement vectors = await AskAsync($"/api/likeness?by=vectors&top=40&techCenter={Uri.EscapeDataString(center)}");
        await desk.GoAsync($"explore/likeness?center={Uri.EscapeDataString(center)}&by=vectors");
        string one = vectors.GetProperty("problems")[0].GetProperty("label").GetString()!, next = vectors.GetProperty("problems")[1].GetProperty("label").GetString()!;
        await Expect(desk.Page.Locator(".heat .names li").First).ToHaveTextAsync(one);
        LocatorBoundingBoxResult heat = (await desk.Page.Locator(".heat svg").BoundingBoxAsync())!;
        int count = vectors.GetProperty("problems").GetArrayLength();
        await desk.Page.Mouse.MoveAsync(heat.X + (heat.Width * 1.5f / count), heat.Y + (heat.Height * 0.5f / count));
        await Expect(desk.Page.Locator(".meeting")).ToContainTextAsync(one);
        await Expect(desk.Page.Locator(".meeting")).ToContainTextAsync($"and {next}");
        double most = vectors.GetProperty("likeness").EnumerateArray().SelectMany((row, i) => row.EnumerateArray().Where((_, j) => i != j)).Max(value => value.GetDouble());
        await Expect(desk.Page.Locator("tbody td.n").First).ToHaveTextAsync(most.ToString("0%", CultureInfo.InvariantCulture));
        await desk.CheckAsync();
        await desk.PictureAsync("desk-likeness");
    }

    [TestMethod]
    public async Task Pareto_says_how_few_problems_make_most_of_the_incidents_or_of_the_hours()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        foreach ((string measure, string told) in ((string, string)[])[("incidents", "the incidents"), ("hours", "the hours to resolve")])
        {
            JsonElement pareto = await AskAsync($"/api/pareto?measure={measure}");
            await desk.GoAsync($"explore/pareto?measure={measure}");
            await Expect(desk.Page.Locator(".finding")).ToContainTextAsync($"{pareto.GetProperty("makeMost").GetInt32()} of {pareto.GetProperty("count").GetInt32()} problems make");
            await Expect(desk.Page.Locator(".finding")).ToContainTextAsync($"of {told}.");
            await Expect(desk.Page.Locator("tbody th").First).ToContainTextAsync(pareto.GetProperty("problems")[0].GetProperty("label").GetString()!);
            await desk.CheckAsync();
        }

        await desk.PictureAsync("desk-pareto");
        await desk.Page.GetByLabel("From").FillAsync("2031-01-01");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(desk.Page.GetByText("Nothing of this is known here.")).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task Two_periods_are_held_against_each_other_and_can_be_chosen()
    {
        JsonElement periods = await AskAsync("/api/periods");
        JsonElement[] problems = [.. periods.GetProperty("problems").EnumerateArray()];
        JsonElement[] told = [.. problems.Where(p => p.GetProperty("trend").GetString() is not ("steady" or "unknown"))];
        told.ShouldNotBeEmpty();
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, height: 1000);
        await desk.GoAsync("explore/periods");

        await Expect(desk.Page.Locator(".compared").First.Locator("tbody tr")).ToHaveCountAsync(told.Length);
        await Expect(desk.Page.GetByLabel("From").First).ToHaveValueAsync(periods.GetProperty("period").GetProperty("from").GetString()!);
        await desk.CheckAsync();
        await desk.PictureAsync("desk-periods");
        await desk.Page.GetByText("Without a change beyond chance").ClickAsync();
        (await desk.Page.Locator(".compared").Last.Locator("tbody tr:visible").CountAsync()).ShouldBe(Math.Min(100, problems.Length - told.Length));

        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "4 weeks", Exact = true }).ClickAsync();
        await desk.SettleAsync();
        string until = periods.GetProperty("period").GetProperty("until").GetString()!;
        desk.Page.Url.ShouldContain($"until={until}");
        await Expect(desk.Page.GetByLabel("From").Last).ToHaveValueAsync(DateOnly.Parse(until, CultureInfo.InvariantCulture).AddDays(-56).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await desk.Page.GetByLabel("Until before").Last.FillAsync(until);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(desk.Page.Locator(".trouble")).ToContainTextAsync("overlap");
    }

    [TestMethod]
    public async Task Problems_and_tech_centers_are_followed_side_by_side_and_the_address_keeps_which()
    {
        JsonElement center = (await AskAsync("/api/clusters/tree?depth=3")).GetProperty("children")[0];
        string name = center.GetProperty("name").GetString()!;
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, height: 900);
        await desk.GoAsync("explore/trends");
        ILocator rows = desk.Page.Locator(".series tbody tr");
        await Expect(rows).ToHaveCountAsync(3);
        await desk.Page.GetByLabel("Add a problem or a tech center").FillAsync(name[..^1]);
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = $"Add {name}" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(4);
        await Expect(rows.Last).ToContainTextAsync($"all of {name}");
        await desk.CheckAsync();
        await rows.Last.GetByRole(AriaRole.Link, new() { Name = "Remove" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(3);
        await desk.PictureAsync("desk-trends");

        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "index" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "1 week", Exact = true }).ClickAsync();
        await Expect(desk.Page.GetByText("100 is the mean of each over the whole time.")).ToBeVisibleAsync();
        await desk.Page.ReloadAsync();
        await Expect(rows).ToHaveCountAsync(3);
        await desk.Page.GetByText("As a table").ClickAsync();
        ILocator weeks = desk.Page.Locator(".astable tbody tr");
        double[] index = [.. (await weeks.Locator("td:first-of-type").AllInnerTextsAsync()).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        index.Average().ShouldBe(100, 1);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task On_a_phone_in_the_dark_in_German_every_view_fits()
    {
        string center = Uri.EscapeDataString((await AskAsync("/api/clusters/tree?depth=1")).GetProperty("children")[0].GetProperty("name").GetString()!);
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 390, height: 844, language: "de", scheme: ColorScheme.Dark);
        foreach (string view in (string[])["tree", "tree?as=list", $"tree?center={center}&as=list", "likeness", $"likeness?center={center}&by=vectors", "pareto", "periods", "trends"])
        {
            await desk.GoAsync($"explore/{view}");
            await Expect(desk.Page.Locator("main .card")).ToHaveCountAsync(1);
            await desk.SettleAsync();
            await desk.CheckAsync();
        }
    }

    private static Task<JsonElement> AskAsync(string address) => _desk.Served.Client.GetFromJsonAsync<JsonElement>(address);

    private static string Kind(JsonElement node) => node.GetProperty("kind").GetString()!;

    private static IEnumerable<JsonElement> Below(JsonElement node) => node.GetProperty("children").EnumerateArray().SelectMany(child => Below(child).Prepend(child));
}
