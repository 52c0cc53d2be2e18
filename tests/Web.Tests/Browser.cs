using System.Text.Json;
using Microsoft.Playwright;

namespace Pipeline.Web.Tests;

/// <summary>The browser of this machine, without a window. Where there is none, tests are inconclusive on a developer's machine and fail in a pipeline.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly bool InPipeline = ((string[])["CI", "TF_BUILD"]).Any(name => string.Equals(Environment.GetEnvironmentVariable(name), "true", StringComparison.OrdinalIgnoreCase));

    // Milliseconds that are waited for what is to be there, on a machine that does much else.
    private const float Patience = 180_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly string _axe;

    private Browser(IPlaywright playwright, IBrowser browser, string axe) => (_playwright, _browser, _axe) = (playwright, browser, axe);

    /// <summary>Starts it.</summary>
    public static async Task<Browser> StartAsync()
    {
        string program = Find() ?? "";
        if (program.Length == 0)
        {
            const string Reason = "This test needs Chromium or Chrome, which is not on the path. On Debian: apt-get install chromium.";
            if (InPipeline)
            {
                Assert.Fail(Reason);
            }

            Assert.Inconclusive($"{Reason} The test is skipped.");
        }

        Assertions.SetDefaultExpectTimeout(Patience);
        string axe = await File.ReadAllTextAsync(Path.Combine(await DeskSources.InstallAsync(), "node_modules", "axe-core", "axe.min.js"));
        IPlaywright playwright = await Playwright.CreateAsync();
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] }), axe);
    }

    /// <summary>Opens a page of its own, which fails the test where it writes an error to the console: also where its policy stops something.</summary>
    public async Task<OpenPage> OpenAsync(Uri address, int width = 1280, int height = 860, string language = "en", ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Locale = language,
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        IPage page = await context.NewPageAsync();

        if (int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_BROWSER_SLOWDOWN"), System.Globalization.CultureInfo.InvariantCulture, out int times))
        {
            await SlowDownAsync(context, page, times);
        }

        return new OpenPage(context, page, _axe);
    }

    // What counts on a fast machine shows itself on one that is not, and where answers overtake each other.
    private static async Task SlowDownAsync(IBrowserContext context, IPage page, int times)
    {
        Random random = new(times);
        await context.RouteAsync("**/api/**", async route =>
        {
            await Task.Delay(random.Next(100 * times));
            await route.ContinueAsync();
        });
        ICDPSession session = await context.NewCDPSessionAsync(page);
        await session.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object>(StringComparer.Ordinal) { ["rate"] = times });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}

/// <summary>A page that is open.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _axe;
    private readonly List<string> _errors = [];

    public OpenPage(IBrowserContext context, IPage page, string axe)
    {
        (_context, Page, _axe) = (context, page, axe);
        page.Console += (_, message) =>
        {
            // What a request is answered with is the page's to show.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the page wrote to the console as errors so far.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Goes to a page of the desk, and waits until it shows no more that it waits.</summary>
    public async Task GoAsync(string place)
    {
        await Page.GotoAsync($"/#/{place}");
        await SettleAsync();
    }

    /// <summary>Waits until what the address says is shown and nothing is asked for any more.</summary>
    public async Task SettleAsync()
    {
        await Page.WaitForFunctionAsync("() => document.body?.dataset.shown === location.hash");
        await Page.Locator("main h1").WaitForAsync();
        await Assertions.Expect(Page.Locator(".wait")).ToHaveCountAsync(0);
    }

    /// <summary>Checks what every page of the desk holds to: no error, nothing wider than the screen, nothing serious that axe finds.</summary>
    public async Task CheckAsync()
    {
        _errors.ShouldBeEmpty();
        (await Page.Locator(".trouble").CountAsync()).ShouldBe(0);
        (await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBeLessThanOrEqualTo(0, "the page is wider than the screen");
        (await AxeAsync()).Where(broken => broken.Impact is "serious" or "critical").ShouldBeEmpty();
    }

    /// <summary>The rules of axe that the page breaks.</summary>
    public async Task<IReadOnlyList<BrokenRule>> AxeAsync()
    {
        await Page.EvaluateAsync(_axe);
        JsonElement found = await Page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(v => ({ impact: v.impact, rule: `${v.id}: ${v.help}: ${v.nodes.map(n => n.target).join(', ')}` }))");
        return [.. found.EnumerateArray().Select(v => new BrokenRule(v.GetProperty("impact").GetString()!, v.GetProperty("rule").GetString()!))];
    }

    /// <summary>Keeps a picture for the documentation where PIPELINE_SCREENSHOTS is <c>update</c>.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_SCREENSHOTS") == "update")
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(TestSupport.SharedFiles.RepositoryRoot, "docs", "images", $"{name}.png") });
        }
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}

/// <summary>A rule of axe that a page breaks.</summary>
/// <param name="Impact">How bad that is: minor, moderate, serious or critical.</param>
/// <param name="Rule">The rule, and where.</param>
internal sealed record BrokenRule(string Impact, string Rule);
