using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>Texts that try to act, on each page of the desk and in the report: they stand there as text, nothing of them runs, and the page's policy has nothing to stop.</summary>
[TestClass]
public sealed class HostileTextsTests
{
    private static OpenDesk _desk = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => _desk = await OpenDesk.StartAsync(MakeAsync);

    [ClassCleanup]
    public static async Task Stop() => await (_desk?.DisposeAsync() ?? ValueTask.CompletedTask);

    [TestMethod]
    public async Task Nothing_of_a_text_runs_on_any_page_of_the_desk()
    {
        List<string> places = ["", "problems", "tickets", "streams", "streams/desk", "operations", "search", $"search?text={Uri.EscapeDataString("printer " + HostileTexts.All["image"])}", Uri.EscapeDataString(HostileTexts.All["script"])];
        JsonElement[] problems = [.. (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray()];
        problems.ShouldNotBeEmpty();
        foreach (JsonElement problem in problems.Take(4))
        {
            string center = Uri.EscapeDataString(problem.GetProperty("techCenter").GetString()!);
            string id = problem.GetProperty("id").ToString();
            places.AddRange([$"problem/{center}/{id}", $"tickets/{center}/{id}"]);
            JsonElement incidents = await _desk.Served.Client.GetFromJsonAsync<JsonElement>($"/api/problems/{center}/{id}/incidents?pageSize=200");
            places.AddRange(incidents.GetProperty("incidents").EnumerateArray().Select(i => i.GetProperty("number").GetString()!).Where(number => number.Length > 8).Take(3).Select(number => $"ticket/{Uri.EscapeDataString(number)}"));
        }

        foreach (string place in places)
        {
            await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
            await WatchAsync(desk.Page);
            await desk.Page.GotoAsync($"/#/{place}");
            await desk.Page.Locator("main h1, main .empty").First.WaitForAsync();
            await Assertions.Expect(desk.Page.Locator(".wait")).ToHaveCountAsync(0);
            await ShouldHoldAsync(desk, place);
        }
    }

    [TestMethod]
    public async Task Nothing_of_a_text_runs_in_the_report()
    {
        foreach (string address in (string[])[new Uri(_desk["report.html"]).AbsoluteUri, new Uri(_desk.Served.Address, "report").AbsoluteUri])
        {
            await using OpenPage report = await _desk.Browser.OpenAsync(_desk.Served.Address);
            await WatchAsync(report.Page);
            await report.Page.GotoAsync(address);
            await report.Page.Locator("h1").First.WaitForAsync();
            foreach (ILocator open in await report.Page.Locator("button:visible, summary:visible").AllAsync())
            {
                await open.ClickAsync(new LocatorClickOptions { Force = true });
            }

            await ShouldHoldAsync(report, address);
        }
    }

    [TestMethod]
    public async Task A_page_that_runs_what_it_is_given_is_caught_by_these_tests()
    {
        await using OpenPage page = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await WatchAsync(page.Page);
        await page.Page.SetContentAsync($"<h1>x</h1><p>{HostileTexts.All["image"]}</p>");
        await page.Page.WaitForFunctionAsync($"() => window.{HostileTexts.Mark} === 1");

        bool isCaught = false;
        try
        {
            await ShouldHoldAsync(page, "a page without care");
        }
        catch (ShouldAssertException)
        {
            isCaught = true;
        }

        isCaught.ShouldBeTrue();
    }

    private static async Task WatchAsync(IPage page) =>
        await page.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => { (window.stopped ??= []).push(e.violatedDirective + ' ' + e.blockedURI); });");

    private static async Task ShouldHoldAsync(OpenPage page, string place)
    {
        (await page.Page.EvaluateAsync<JsonElement?>($"() => window.{HostileTexts.Mark} ?? null")).ShouldBeNull($"something ran on {place}");
        (await page.Page.EvaluateAsync<string[]>("() => window.stopped ?? []")).ShouldBeEmpty($"the policy had to stop something on {place}");
        string[] injected = await page.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].filter(a => a.name.startsWith('on') || /^\s*javascript:/i.test(a.value)).map(a => `${e.tagName} ${a.name}=${a.value}`))
                .concat([...document.querySelectorAll('img[src="x"], svg[onload], iframe, object, embed, base, form[action]')].map(e => e.outerHTML.slice(0, 100)))
            """);
        injected.ShouldBeEmpty($"elements of a text on {place}");
        page.Errors.ShouldBeEmpty(place);
    }

    private static async Task<TempFolder> MakeAsync()
    {
        TempFolder folder = new();
        string csv = HostileTexts.WriteCsv(folder["in.csv"], 12);
        CommandResult run = await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--report", folder["report.html"], "--allow-rejects", "--min-cluster-size", "5");
        run.ExitCode.ShouldBe(0, run.ToString());
        string items = folder["items.ndjson"];
        await File.WriteAllLinesAsync(items, HostileTexts.All.SelectMany(text => Enumerable.Range(0, 4).Select(i => JsonSerializer.Serialize(new { id = $"{text.Key}-{i}", text = text.Value }))));
        await CommandLine.RunAsync("stream", "create", "desk", "--data", folder["data"]);
        await CommandLine.RunAsync("stream", "add", "desk", items, "--data", folder["data"]);
        return folder;
    }
}
