using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.Web.Tests;

/// <summary>Each correction, made and taken back in a browser over the demo's data.</summary>
[TestClass]
public sealed class DeskCorrectTests
{
    private static OpenDesk _desk = null!;
    private static List<JsonElement> _problems = [];

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _desk = await OpenDesk.StartAsync(4_000);
        JsonElement[] all = [.. (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray()];
        _problems = [.. all.GroupBy(p => p.GetProperty("techCenter").GetString(), StringComparer.Ordinal).OrderByDescending(g => g.Count()).First()];
    }

    [ClassCleanup]
    public static async Task Stop() => await (_desk?.DisposeAsync() ?? ValueTask.CompletedTask);

    private static string Center => _problems[0].GetProperty("techCenter").GetString()!;

    [TestMethod]
    public async Task A_problem_is_renamed_and_has_its_name_again_when_that_is_taken_back()
    {
        (int id, string label) = Problem(0);
        await using OpenPage desk = await OpenAsync($"problem/{Uri.EscapeDataString(Center)}/{id}");

        await DecideAsync(desk, "Rename", dialog => dialog.GetByLabel("Name").FillAsync("Called by people"));

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync("Called by people");
        await Expect(desk.Page.GetByText($"The model calls it “{label}”.")).ToBeVisibleAsync();
        await desk.CheckAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = $"Undo: Rename {id}" }).ClickAsync();
        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync(label);
        await Expect(desk.Page.GetByText("taken back", new() { Exact = true })).ToHaveCountAsync(1);
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task A_problem_has_a_description_a_status_an_owner_a_note_and_a_record()
    {
        (int id, _) = Problem(1);
        await using OpenPage desk = await OpenAsync($"problem/{Uri.EscapeDataString(Center)}/{id}");

        await DecideAsync(desk, "Describe", dialog => dialog.GetByLabel("Describe").FillAsync("The switch in the basement restarts."));
        await DecideAsync(desk, "Status", async dialog => await dialog.GetByLabel("Status").SelectOptionAsync("knownError"));
        await DecideAsync(desk, "Owner", dialog => dialog.GetByLabel("Owner").FillAsync("Jane Doe"));
        await DecideAsync(desk, "Note", dialog => dialog.GetByLabel("Note").FillAsync("A new one is ordered."));
        await DecideAsync(desk, "Problem record", dialog => dialog.GetByLabel("Problem record").FillAsync("https://tickets.example/PRB0001"));

        await Expect(desk.Page.GetByText("The switch in the basement restarts.", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(desk.Page.Locator(".lead .chip")).ToHaveTextAsync("known error");
        await Expect(desk.Page.Locator(".facts")).ToContainTextAsync("Jane Doe");
        await Expect(desk.Page.GetByText("A new one is ordered.").First).ToBeVisibleAsync();
        await Expect(desk.Page.Locator(".facts a")).ToHaveAttributeAsync("href", "https://tickets.example/PRB0001");
        await desk.CheckAsync();
        await desk.PictureAsync("desk-correct");
        await desk.GoAsync($"problems?center={Uri.EscapeDataString(Center)}");
        await Expect(desk.Page.Locator("tbody tr").Filter(new() { HasText = "Jane Doe" }).Locator(".chip").First).ToHaveTextAsync("known error");
    }

    [TestMethod]
    public async Task An_ignored_problem_leaves_the_first_page()
    {
        JsonElement first = (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/ranking")).GetProperty("biggest")[0];
        JsonElement place = first.GetProperty("places")[0];
        string center = place.GetProperty("techCenter").GetString()!, label = place.GetProperty("label").GetString()!;
        await using OpenPage desk = await OpenAsync($"problem/{Uri.EscapeDataString(center)}/{place.GetProperty("id").GetInt32()}");

        await DecideAsync(desk, "Status", async dialog => await dialog.GetByLabel("Status").SelectOptionAsync("ignored"));

        await desk.GoAsync("");
        await Expect(desk.Page.Locator(".ranked a", new() { HasTextString = label }).Filter(new() { HasText = label })).ToHaveCountAsync(0);
        await desk.GoAsync($"problem/{Uri.EscapeDataString(center)}/{place.GetProperty("id").GetInt32()}");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Undo: Status" }).First.ClickAsync();
        await Expect(desk.Page.Locator(".lead .chip")).ToHaveCountAsync(0);
    }

    [TestMethod]
    public async Task A_problem_is_merged_into_another_that_is_found_by_a_part_of_its_name()
    {
        ((int id, _), (int into, string name)) = (Problem(2), Problem(3));
        int tickets = Size(2) + Size(3);
        await using OpenPage desk = await OpenAsync($"problem/{Uri.EscapeDataString(Center)}/{id}");

        await DecideAsync(desk, "Merge", async dialog =>
        {
            await dialog.GetByLabel("Find by name").FillAsync(name);
            await dialog.Locator("select[name=into]").SelectOptionAsync($"{into}");
        });

        await Expect(desk.Page.Locator("main h1")).ToHaveTextAsync(name);
        await desk.SettleAsync();
        await Expect(desk.Page.Locator(".totals dd").First).ToHaveTextAsync(tickets.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
        await desk.CheckAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Undo: Merge" }).First.ClickAsync();
        await Expect(desk.Page.Locator(".totals dd").First).ToHaveTextAsync(Size(3).ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
    }

    [TestMethod]
    public async Task Some_wordings_of_a_problem_are_split_off()
    {
        JsonElement[] all = [.. (await _desk.Served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray()];
        JsonElement worded = all.First(p => p.GetProperty("variants").GetInt32() > 1 && p.GetProperty("label").GetString() != Problem(2).Label);
        string center = worded.GetProperty("techCenter").GetString()!;
        await using OpenPage desk = await OpenAsync($"problem/{Uri.EscapeDataString(center)}/{worded.GetProperty("id").GetInt32()}");

        await DecideAsync(desk, "Split", async dialog =>
        {
            await dialog.GetByRole(AriaRole.Checkbox).First.CheckAsync();
            await dialog.GetByLabel("Name of the new problem").FillAsync("On its own");
        });

        await Expect(desk.Page.Locator(".variants > li")).ToHaveCountAsync(worded.GetProperty("variants").GetInt32() - 1);
        await desk.CheckAsync();
        await desk.GoAsync($"problems?center={Uri.EscapeDataString(center)}&sort=label");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "On its own" }).ClickAsync();
        await Expect(desk.Page.GetByText("Split from")).ToBeVisibleAsync();
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task Tickets_of_a_list_are_moved_by_keyboard_to_another_problem()
    {
        ((int from, _), (int to, string name)) = (Problem(4), Problem(5));
        await using OpenPage desk = await OpenAsync($"tickets/{Uri.EscapeDataString(Center)}/{from}");
        ILocator row = desk.Page.Locator(".tickets tbody tr").First;
        string number = await row.Locator("th a").InnerTextAsync();

        await desk.Page.GetByLabel($"Choose {number}").FocusAsync();
        await desk.Page.Keyboard.PressAsync("Space");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Move…" }).FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");
        ILocator dialog = desk.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Find by name").FillAsync(name);
        await dialog.Locator("select[name=into]").SelectOptionAsync($"{to}");
        await desk.CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Move" }).FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");

        await Expect(desk.Page.Locator("[role=status].told")).ToContainTextAsync("Done.");
        await desk.GoAsync($"ticket/{number}");
        await Expect(desk.Page.Locator(".columns a").Filter(new() { HasText = name }).First).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task A_ticket_is_not_of_its_problem()
    {
        (int id, string label) = Problem(6);
        JsonElement ticket = (await _desk.Served.Client.GetFromJsonAsync<JsonElement>($"/api/problems/{Uri.EscapeDataString(Center)}/{id}/incidents")).GetProperty("incidents")[0];
        string number = ticket.GetProperty("number").GetString()!;
        await using OpenPage desk = await OpenAsync($"ticket/{number}");

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Not this problem…" }).ClickAsync();
        ILocator dialog = desk.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync(number);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Not this problem" }).ClickAsync();

        await Expect(desk.Page.GetByText("Of no known problem")).ToBeVisibleAsync();
        await desk.CheckAsync();
        await desk.GoAsync("corrections");
        ILocator undo = desk.Page.GetByRole(AriaRole.Button, new() { Name = $"Undo: Not this problem {id} · {number}" });
        await undo.ClickAsync();
        await Expect(undo).ToHaveCountAsync(0);
        await desk.GoAsync($"ticket/{number}");
        await Expect(desk.Page.GetByRole(AriaRole.Link, new() { Name = label }).First).ToBeVisibleAsync();
    }

    [TestMethod]
    public async Task What_does_not_fit_is_shown_with_what_to_do_and_all_is_given_out_and_taken_in()
    {
        await using OpenPage desk = await OpenAsync("corrections");
        string line = $$"""{"techCenter":{{JsonSerializer.Serialize(Center)}},"correction":{"id":"{{new string('e', 32)}}","at":"2026-01-01T00:00:00Z","by":"Elsewhere","kind":"rename","problem":999999,"text":"Gone"} }""";

        await desk.Page.GetByLabel("Import").SetInputFilesAsync(new FilePayload { Name = "corrections.ndjson", MimeType = "application/x-ndjson", Buffer = System.Text.Encoding.UTF8.GetBytes(line) });

        await Expect(desk.Page.Locator("[role=status].told")).ToContainTextAsync("1 added");
        await desk.Page.GetByText("Only those that do not fit").ClickAsync();
        await desk.SettleAsync();
        await Expect(desk.Page.Locator(".list > li")).ToHaveCountAsync(1);
        await Expect(desk.Page.Locator(".list > li")).ToContainTextAsync("The version that serves has no problem 999999. Undo it");
        await desk.CheckAsync();
        IDownload download = await desk.Page.RunAndWaitForDownloadAsync(() => desk.Page.GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync());
        (await File.ReadAllTextAsync(await download.PathAsync())).ShouldContain("\"importedBy\"");
    }

    [TestMethod]
    public async Task The_pages_hold_in_German_in_the_dark_and_on_a_phone_also_while_something_is_asked()
    {
        (int id, _) = Problem(1);
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 390, height: 844, language: "de", scheme: ColorScheme.Dark);
        await desk.GoAsync("corrections");
        await desk.CheckAsync();
        await desk.GoAsync($"problem/{Uri.EscapeDataString(Center)}/{id}");
        foreach (string button in (string[])["Umbenennen…", "Beschreiben…", "Status…", "Vereinen…"])
        {
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            await Expect(desk.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await desk.SettleAsync();
            await desk.CheckAsync();
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Abbrechen" }).ClickAsync();
        }
    }

    [TestMethod]
    public async Task Who_may_not_correct_sees_no_buttons_and_is_told_which_role_is_missing()
    {
        using TempFolder folder = await Served.DemoAsync(600);
        await using Served served = await Served.StartAsync(folder["data"]);
        CommandResult issued = await CommandLine.RunAsync("token", "issue", "--role", "reader", "--name", "Rita", "--hours", "1", "--data", folder["data"], "--json");
        string token = issued.Json.GetProperty("token").GetString()!;
        JsonElement problem = (await served.Client.GetFromJsonAsync<JsonElement>("/api/problems?pageSize=1")).GetProperty("problems")[0];
        await using OpenPage desk = await _desk.Browser.OpenAsync(served.Address);
        await desk.Page.GotoAsync("/");
        await desk.Page.EvaluateAsync("token => sessionStorage.setItem('pipeline-key', token)", token);
        await desk.Page.ReloadAsync();

        await desk.GoAsync($"problem/{Uri.EscapeDataString(problem.GetProperty("techCenter").GetString()!)}/{problem.GetProperty("id").GetInt32()}");

        await Expect(desk.Page.Locator(".variants > li").First).ToBeVisibleAsync();
        await Expect(desk.Page.Locator(".actions")).ToHaveCountAsync(0);
        await desk.CheckAsync();
        await desk.GoAsync("search?text=vpn");
        await Expect(desk.Page.Locator("main h1")).ToBeVisibleAsync();
    }

    private static (int Id, string Label) Problem(int place) => (_problems[place].GetProperty("id").GetInt32(), _problems[place].GetProperty("label").GetString()!);

    private static int Size(int place) => _problems[place].GetProperty("size").GetInt32();

    private static async Task<OpenPage> OpenAsync(string place)
    {
        OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address);
        await desk.GoAsync(place);
        return desk;
    }

    /// <summary>Presses a problem's button, fills in what is asked, checks the page with it, and waits until it is done.</summary>
    private static async Task DecideAsync(OpenPage desk, string what, Func<ILocator, Task> fill)
    {
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = $"{what}…", Exact = true }).ClickAsync();
        ILocator dialog = desk.Page.GetByRole(AriaRole.Dialog);
        await fill(dialog);
        await desk.CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = what, Exact = true }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(desk.Page.Locator("[role=status].told").First).Not.ToBeEmptyAsync();
        await desk.SettleAsync();
    }
}
