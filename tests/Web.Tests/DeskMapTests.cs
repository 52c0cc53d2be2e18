using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>The map of the desk in a browser, over the demo's data.</summary>
[TestClass]
public sealed class DeskMapTests
{
    private static OpenDesk _desk = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _desk = await OpenDesk.StartAsync(4_000);
    }

    [ClassCleanup]
    public static async Task Stop() => await (_desk?.DisposeAsync() ?? ValueTask.CompletedTask);

    [TestMethod]
    public async Task The_maps_of_all_tech_centers_lie_side_by_side_with_their_names()
    {
        JsonElement map = await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/map");
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("explore");

        int points = map.GetProperty("centers").EnumerateArray().Sum(c => c.GetProperty("numbers").GetArrayLength());
        await Expect(Canvas(desk)).ToHaveAttributeAsync("data-points", $"{points}");
        string[] centers = [.. map.GetProperty("centers").EnumerateArray().Select(c => c.GetProperty("techCenter").GetString()!)];
        string[] titles = [.. await desk.Page.Locator(".mapnames .title:visible").AllInnerTextsAsync()];
        titles.Length.ShouldBe(centers.Length);
        titles.ShouldAllBe(title => centers.Any(center => center.StartsWith(title.TrimEnd('…'), StringComparison.Ordinal)));
        (await desk.Page.Locator(".mapnames .name:visible").CountAsync()).ShouldBeGreaterThan(5);
        (await ColoursAsync(desk)).ShouldBeGreaterThan(20);
        await desk.CheckAsync();
        await desk.PictureAsync("desk-map");
    }

    [TestMethod]
    public async Task The_closer_one_looks_the_more_names_there_are()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("explore/map");
        await DrawnAsync(desk);
        string[] far = await NamesAsync(desk);
        string small = await SmallestWithoutNameAsync(far);

        await desk.Page.GetByText("As a table").ClickAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = $"List: {small}", Exact = true }).First.ClickAsync();

        await Expect(desk.Page.Locator(".mapnames .name:visible").Filter(new() { HasText = small[..Math.Min(small.Length, 8)] }).First).ToBeVisibleAsync();
        await Expect(desk.Page.Locator(".mapchosen h2")).ToContainTextAsync("chosen");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Show everything" }).ClickAsync();
        await Expect(desk.Page.Locator(".mapnames .name:visible")).ToHaveCountAsync(far.Length);
    }

    [TestMethod]
    public async Task Keys_and_buttons_move_and_zoom()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await OpenLargestAsync(desk);
        ILocator canvas = Canvas(desk);
        int all = await PointsAsync(desk);

        await canvas.FocusAsync();
        await desk.Page.Keyboard.PressAsync("+");
        await desk.Page.Keyboard.PressAsync("+");
        await desk.Page.Keyboard.PressAsync("+");
        await Expect(canvas).Not.ToHaveAttributeAsync("data-points", $"{all}");
        int near = await PointsAsync(desk);
        near.ShouldBeLessThan(all);
        for (int i = 0; i < 40; i++)
        {
            await desk.Page.Keyboard.PressAsync("ArrowLeft");
        }

        await Expect(canvas).ToHaveAttributeAsync("data-points", "0");
        await desk.Page.Keyboard.PressAsync("0");
        await Expect(canvas).ToHaveAttributeAsync("data-points", $"{all}");
    }

    [TestMethod]
    public async Task A_line_around_tickets_lists_them_by_problem_and_gives_them_out()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await OpenLargestAsync(desk);
        ILocator around = desk.Page.GetByRole(AriaRole.Button, new() { Name = "Draw around" });
        await around.ClickAsync();
        await Expect(around).ToHaveAttributeAsync("aria-pressed", "true");
        LocatorBoundingBoxResult box = (await Canvas(desk).BoundingBoxAsync())!;

        await DragAsync(desk, (box.X + 4, box.Y + 4), (box.X + (0.6f * box.Width), box.Y + 4), (box.X + (0.5f * box.Width), box.Y + (0.7f * box.Height)), (box.X + 4, box.Y + (0.8f * box.Height)));

        ILocator heading = desk.Page.Locator(".mapchosen h2");
        await Expect(heading).ToContainTextAsync(" tickets chosen");
        int chosen = int.Parse((await heading.InnerTextAsync()).Split(' ')[0], System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
        chosen.ShouldBeInRange(20, await PointsAsync(desk) - 20);
        (await desk.Page.Locator(".mapchosen .counts a").CountAsync()).ShouldBeGreaterThan(1);
        await Expect(desk.Page.Locator(".mapchosen .found > li")).ToHaveCountAsync(8);
        await Expect(desk.Page.Locator(".mapchosen .quote").First).Not.ToBeEmptyAsync();
        await desk.CheckAsync();
        await desk.PictureAsync("desk-map-chosen");

        IDownload download = await desk.Page.RunAndWaitForDownloadAsync(() => desk.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        string[] lines = await File.ReadAllLinesAsync(await download.PathAsync());
        (lines[0], lines.Length).ShouldBe(("\"number\",\"techCenter\",\"problem\",\"label\",\"priority\",\"week\"", chosen + 1));
        await desk.Page.Locator(".mapchosen .found > li a").First.ClickAsync();
        await Expect(desk.Page.Locator("main h1")).ToContainTextAsync("Ticket INC");
    }

    [TestMethod]
    public async Task A_search_highlights_what_fits_and_dims_the_others()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await OpenLargestAsync(desk);
        byte[] before = await PixelsAsync(desk);
        string label = (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=1")).GetProperty("problems")[0].GetProperty("label").GetString()!;

        await desk.Page.GetByLabel("Search on the map").FillAsync(label);
        await desk.Page.GetByLabel("Search on the map").PressAsync("Enter");

        await Expect(desk.Page.Locator(".mapfound")).ToContainTextAsync("Highlighted: ");
        byte[] dimmed = await PixelsAsync(desk);
        Ink(dimmed).ShouldBeLessThan(0.7 * Ink(before), "most points are dimmed");
        await desk.CheckAsync();

        await desk.Page.GetByLabel("Search on the map").FillAsync("zzqx");
        await desk.Page.GetByLabel("Search on the map").PressAsync("Enter");
        await desk.Page.GetByLabel("Search on the map").FillAsync("");
        await Expect(desk.Page.Locator(".mapfound")).ToBeEmptyAsync();
        (await PixelsAsync(desk)).ShouldBe(before);
    }

    [TestMethod]
    public async Task Colours_tell_priority_week_and_age_and_a_colour_lists_its_tickets()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await OpenLargestAsync(desk);
        List<byte[]> pictures = [await PixelsAsync(desk)];
        foreach (string by in (string[])["priority", "week", "age of the problem"])
        {
            await desk.Page.GetByLabel("Colour by").SelectOptionAsync(by);
            await Expect(desk.Page.Locator(".mapcolumns h2")).ToHaveTextAsync($"Colour by {by}");
            byte[] picture = await PixelsAsync(desk);
            pictures.ShouldAllBe(earlier => !earlier.SequenceEqual(picture));
            pictures.Add(picture);
            await desk.CheckAsync();
        }

        desk.Page.Url.ShouldContain("colour=version");
        await desk.Page.GetByLabel("Colour by").SelectOptionAsync("priority");
        ILocator urgent = desk.Page.Locator(".maplegend li").First;
        string count = await urgent.Locator("b").InnerTextAsync();
        await urgent.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(desk.Page.Locator(".mapchosen h2")).ToHaveTextAsync($"{count} tickets chosen");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Choose nothing" }).ClickAsync();
        await Expect(desk.Page.Locator(".mapchosen")).ToHaveCountAsync(0);
    }

    [TestMethod]
    public async Task An_earlier_version_has_a_map_of_its_own_and_a_point_leads_to_its_ticket()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await OpenLargestAsync(desk);
        byte[] present = await PixelsAsync(desk);
        await desk.Page.GetByLabel("Version").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await desk.SettleAsync();
        await DrawnAsync(desk);
        (await PixelsAsync(desk)).SequenceEqual(present).ShouldBeFalse();

        await PointAtTicketAsync(desk);
        string number = await desk.Page.Locator(".maptip b").InnerTextAsync();
        await Expect(desk.Page.Locator(".maptip .clamp")).Not.ToBeEmptyAsync();
        await desk.Page.Mouse.DownAsync();
        await desk.Page.Mouse.UpAsync();
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync($"Ticket {number}");
    }

    [TestMethod]
    public async Task On_a_phone_in_the_dark_in_German_the_map_fits()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 390, height: 844, language: "de", scheme: ColorScheme.Dark);
        await desk.GoAsync("explore/map");

        await DrawnAsync(desk);
        await desk.CheckAsync();
        await desk.Page.Locator(".maplegend button").First.ClickAsync();
        await Expect(desk.Page.Locator(".mapchosen h2")).ToContainTextAsync("gewählt");
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task The_map_is_never_black_while_its_size_changes()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync("explore/map");
        await DrawnAsync(desk);
        await desk.Page.EvaluateAsync("""
            () => {
              const canvas = document.querySelector('canvas.map'), width = canvas.width;
              window.corner = new Promise(done => new ResizeObserver(() => canvas.width !== width && done([...canvas.getContext('2d').getImageData(1, 1, 1, 1).data].join())).observe(canvas));
            }
            """);

        await desk.Page.SetViewportSizeAsync(1000, 860);

        (await desk.Page.EvaluateAsync<string>("() => window.corner")).ShouldBe("255,255,255,255");
    }

    [TestMethod]
    [DataRow("en", 1280)]
    [DataRow("de", 390)]
    public async Task What_can_be_searched_on_the_map_is_told_in_whole(string language, int width)
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width, language: language);
        await desk.GoAsync("explore/map");

        double room = await desk.Page.EvaluateAsync<double>("""
            () => {
              const input = document.querySelector('.mapsearch input'), style = getComputedStyle(input), pen = document.createElement('canvas').getContext('2d');
              pen.font = style.font;
              return input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - pen.measureText(input.placeholder).width;
            }
            """);

        room.ShouldBeGreaterThan(16, "the sign that empties the field lies there too");
    }

    private static ILocator Canvas(OpenPage desk) => desk.Page.Locator("canvas.map");

    private static async Task DrawnAsync(OpenPage desk) => await desk.Page.WaitForFunctionAsync("() => Number(document.querySelector('canvas.map')?.dataset.points) > 0");

    private static async Task OpenLargestAsync(OpenPage desk)
    {
        string center = (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=1")).GetProperty("problems")[0].GetProperty("techCenter").GetString()!;
        await desk.GoAsync($"explore/map?center={Uri.EscapeDataString(center)}");
        await DrawnAsync(desk);
    }

    private static async Task<int> PointsAsync(OpenPage desk) => int.Parse((await Canvas(desk).GetAttributeAsync("data-points"))!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string[]> NamesAsync(OpenPage desk) => [.. await desk.Page.Locator(".mapnames .name:visible").AllInnerTextsAsync()];

    private static async Task<string> SmallestWithoutNameAsync(string[] names)
    {
        JsonElement map = await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/map");
        (string Label, int Size)[] problems = [.. map.GetProperty("centers").EnumerateArray().SelectMany(c => c.GetProperty("problems").EnumerateArray()).Select(p => (p.GetProperty("label").GetString()!, p.GetProperty("size").GetInt32()))];
        return problems.OrderBy(p => p.Size).First(p => !Array.Exists(names, name => p.Label.StartsWith(name.TrimEnd('…')[..Math.Min(8, name.Length - 1)], StringComparison.Ordinal))).Label;
    }

    private static async Task DragAsync(OpenPage desk, params (float X, float Y)[] corners)
    {
        await desk.Page.Mouse.MoveAsync(corners[0].X, corners[0].Y);
        await desk.Page.Mouse.DownAsync();
        foreach ((float x, float y) in corners.Skip(1))
        {
            await desk.Page.Mouse.MoveAsync(x, y, new() { Steps = 5 });
        }

        await desk.Page.Mouse.UpAsync();
    }

    /// <summary>Moves the pointer over the map until it lies on a ticket.</summary>
    private static async Task PointAtTicketAsync(OpenPage desk)
    {
        LocatorBoundingBoxResult box = (await Canvas(desk).BoundingBoxAsync())!;
        for (float y = box.Y + 80; y < box.Y + box.Height; y += 12)
        {
            for (float x = box.X + 20; x < box.X + box.Width - 20; x += 12)
            {
                await desk.Page.Mouse.MoveAsync(x, y);
                if (await desk.Page.Locator(".maptip").CountAsync() > 0)
                {
                    return;
                }
            }
        }

        Assert.Fail("No place of the map tells of a ticket.");
    }

    // Frames are drawn when the browser has time: two of them have passed then.
    private static async Task<byte[]> PixelsAsync(OpenPage desk) => Convert.FromBase64String(await desk.Page.EvaluateAsync<string>("""
        async () => {
          for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
          const canvas = document.querySelector('canvas.map'), { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let text = '';
          for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i] ^ data[i + 1] ^ data[i + 2] ^ 255, 255 - Math.round((data[i] + data[i + 1] + data[i + 2]) / 3));
          return btoa(text);
        }
        """));

    /// <summary>How much darker than white the picture is in all: every second byte is how dark a pixel is.</summary>
    private static double Ink(byte[] pixels) => pixels.Where((_, i) => i % 2 == 1).Sum(dark => (double)dark);

    private static Task<int> ColoursAsync(OpenPage desk) => desk.Page.EvaluateAsync<int>("""
        () => {
          const canvas = document.querySelector('canvas.map'), { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), colours = new Set();
          for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
          return colours.size;
        }
        """);
}
