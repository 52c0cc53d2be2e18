using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>What axe finds on each page of the desk, from a phone to a wide screen, in light and dark. docs/desk.md has the table; with PIPELINE_SCREENSHOTS=update it is written anew.</summary>
[TestClass]
public sealed class DeskAxeTests
{
    private const string Head = "| page | critical | serious | moderate | minor |";

    private static readonly string[] Impacts = ["critical", "serious", "moderate", "minor"];
    private static readonly (int Width, string Language, ColorScheme Scheme)[] Screens = [(390, "de", ColorScheme.Dark), (1280, "en", ColorScheme.Light), (2560, "en", ColorScheme.Dark)];

    [TestMethod]
    public async Task No_page_breaks_a_serious_rule_of_axe_or_is_wider_than_its_screen()
    {
        await using Browser browser = await Browser.StartAsync();
        using TempFolder folder = await Served.DemoAsync(2_000);
        await using Served served = await Served.StartAsync(folder["data"], "--development");
        Dictionary<string, List<BrokenRule>> broken = new(StringComparer.Ordinal);
        foreach ((int width, string language, ColorScheme scheme) in Screens)
        {
            await using OpenPage desk = await browser.OpenAsync(served.Address, width, height: 900, language, scheme);
            foreach ((string name, string place) in await PlacesAsync(served, desk))
            {
                await desk.GoAsync(place);
                await desk.CheckAsync();
                broken.TryAdd(name, []);
                broken[name].AddRange(await desk.AxeAsync());
            }
        }

        string[] rows = [.. broken.Select(page => $"| {page.Key} | {string.Join(" | ", Impacts.Select(impact => page.Value.Where(rule => string.Equals(rule.Impact, impact, StringComparison.Ordinal)).DistinctBy(rule => rule.Rule, StringComparer.Ordinal).Count()))} |")];
        Console.WriteLine($"{Head}\n{string.Join('\n', rows)}");
        foreach (BrokenRule rule in broken.Values.SelectMany(rules => rules).Distinct())
        {
            Console.WriteLine(rule);
        }

        await ShouldBeWrittenAsync(rows);
    }

    private static async Task<IReadOnlyList<(string Name, string Place)>> PlacesAsync(Served served, OpenPage desk)
    {
        JsonElement problem = (await served.Client.GetFromJsonAsync<JsonElement>("/api/problems?sort=size&pageSize=1")).GetProperty("problems")[0];
        string place = $"{Uri.EscapeDataString(problem.GetProperty("techCenter").GetString()!)}/{problem.GetProperty("id").GetInt32()}";
        JsonElement ticket = (await served.Client.GetFromJsonAsync<JsonElement>($"/api/problems/{place}/incidents?pageSize=1")).GetProperty("incidents")[0];
        await desk.GoAsync("");
        if (await desk.Page.Locator("nav a[href='#/explore']").CountAsync() > 0)
        {
            await desk.GoAsync("explore");
        }

        string[] views = [.. (await desk.Page.Locator("main .tabs a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))")).Select(href => href["#/".Length..])];
        return
        [
            ("what to fix first", ""), ("problems", "problems"), ("a problem", $"problem/{place}"), ("all tickets", "tickets"), ("tickets of a problem", $"tickets/{place}"), ("a ticket", $"ticket/{Uri.EscapeDataString(ticket.GetProperty("number").GetString()!)}"),
            ("search", "search?text=vpn"), ("corrections", "corrections"), .. views.Select(view => ($"explore: {view["explore/".Length..].Split('?')[0]}", view)), ("streams", "streams"), ("operations", "operations"), ("audit", "audit"),
        ];
    }

    private static async Task ShouldBeWrittenAsync(string[] rows)
    {
        string path = Path.Combine(SharedFiles.RepositoryRoot, "docs", "desk.md");
        List<string> lines = [.. await File.ReadAllLinesAsync(path)];
        int head = lines.IndexOf(Head);
        head.ShouldBeGreaterThan(-1, $"{path} has no table that begins with '{Head}'");
        int end = lines.FindIndex(head, line => !line.StartsWith('|'));
        if (Environment.GetEnvironmentVariable("PIPELINE_SCREENSHOTS") == "update")
        {
            lines.RemoveRange(head + 2, end - head - 2);
            lines.InsertRange(head + 2, rows);
            await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
            return;
        }

        string.Join('\n', lines[(head + 2)..end]).ShouldBe(string.Join('\n', rows), "PIPELINE_SCREENSHOTS=update writes the table anew");
    }
}
