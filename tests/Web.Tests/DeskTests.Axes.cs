using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>Axes and bars of the views of all problems, over answers that are known.</summary>
public sealed partial class DeskTests
{
    [TestMethod]
    [DataRow(1280, 173, 115)]
    [DataRow(390, 173, 115)]
    [DataRow(1280, 700, 560)]
    public async Task Pareto_draws_the_problems_that_make_most_or_says_how_many_it_draws(int width, int count, int makeMost)
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width);
        List<string> asked = [];
        await desk.Page.RouteAsync("**/api/pareto?*", route =>
        {
            asked.Add(route.Request.Url);
            return route.FulfillAsync(Json(Flat(count, makeMost)));
        });
        await desk.GoAsync("explore/pareto");

        await Expect(desk.Page.Locator(".finding")).ToContainTextAsync($"{makeMost} of {count} problems make");
        asked.ShouldAllBe(url => url.Contains("top=500", StringComparison.Ordinal));
        int drawn = await desk.Page.Locator(".pareto .few, .pareto .rest").CountAsync();
        drawn.ShouldBeGreaterThanOrEqualTo(Math.Min(500, makeMost));
        await Expect(desk.Page.Locator(".pareto .dot")).ToHaveCountAsync(drawn >= makeMost ? 1 : 0);
        await Expect(desk.Page.Locator(".drawn")).ToHaveTextAsync($"Drawn are the first {drawn} of {count}.");
        (await desk.Page.Locator(".pareto .tick").AllTextContentsAsync()).ShouldBe(["0", "1", "2", "3"]);
        await desk.CheckAsync();
    }

    [TestMethod]
    [DataRow("explore/trends?problem=A/1&mean=4", new[] { "0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0" })]
    [DataRow("explore/trends?problem=A/1&mean=1", new[] { "0", "1" })]
    [DataRow("explore/trends?problem=A/1&mean=4&shape=share", new[] { "0 %", "5 %", "10 %", "15 %", "20 %", "25 %" })]
    public async Task Ticks_of_trends_have_the_decimals_that_their_step_needs(string place, string[] ticks)
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.Page.AddInitScriptAsync("""
            window.written = new Set();
            const own = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { window.written.add(text); return own.call(this, text, ...rest); };
            """);
        DateOnly monday = new(2026, 1, 5);
        int[] counts = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1];
        await desk.Page.RouteAsync("**/api/trends?*", route => route.FulfillAsync(Json(new
        {
            weeks = counts.Select((_, i) => monday.AddDays(7 * i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            days = counts.Select(_ => 7),
            all = counts.Select(_ => 3),
            series = (object[])[new { techCenter = "A", id = 1, label = "one", counts }],
        })));
        await desk.GoAsync(place);

        await desk.Page.WaitForFunctionAsync("() => window.written.has('0') || [...window.written].some(text => /^0[ .]/.test(text))");
        string[] written = await desk.Page.EvaluateAsync<string[]>("() => [...window.written].filter(text => /^[0-9.]+( %)?$/.test(text))");
        written.OrderBy(text => double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture)).ShouldBe(ticks);
    }

    private static RouteFulfillOptions Json(object answer) => new() { ContentType = "application/json", Body = JsonSerializer.Serialize(answer) };

    // The first problem has three incidents, each other one.
    private static object Flat(int count, int makeMost) => new
    {
        measure = "incidents",
        total = count + 2,
        ofNone = 0,
        count,
        makeMost,
        problems = Enumerable.Range(0, Math.Min(count, 500)).Select(i => new
        {
            label = $"problem {i}",
            domainName = "none",
            places = (object[])[new { techCenter = "A", id = i, label = $"problem {i}" }],
            value = i == 0 ? 3 : 1,
            share = 1.0 / count,
            cumulative = i < makeMost ? 0.8 * (i + 1) / makeMost : 0.8 + (0.2 * (i + 1 - makeMost) / (count - makeMost)),
        }),
    };
}
