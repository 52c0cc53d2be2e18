using Microsoft.Playwright;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary>Chromium without a window, in which nothing of a page is kept from one opening to the next.</summary>
internal sealed class DeskBrowser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    // When the frame of the page and the first tile of data have been drawn: in the second frame after they came into the document.
    private const string Watch = """
        window.pipelineShown = {};
        const drawn = (name) => requestAnimationFrame(() => requestAnimationFrame(() => { window.pipelineShown[name] = performance.now(); }));
        new MutationObserver((_, watch) => {
          if (!('frame' in window.pipelineShown) && document.querySelector('main h1')) { window.pipelineShown.frame = 0; drawn('frame'); }
          if (document.querySelector('.tile')) { watch.disconnect(); drawn('data'); }
        }).observe(document, { childList: true, subtree: true });
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.pipelineShown.largest = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private DeskBrowser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">There is none on the path.</exception>
    public static async Task<DeskBrowser> StartAsync()
    {
        string program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new CommandException("This needs Chromium or Chrome, which is not on the path. On Debian: apt-get install chromium.", ExitCode.Failed);
        IPlaywright playwright = await Playwright.CreateAsync();
        return new DeskBrowser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] }));
    }

    /// <summary>Opens the first page and waits until its data are drawn.</summary>
    public async Task<DeskPaint> OpenAsync(Uri address)
    {
        await using IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(120_000);
        IPage page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(address.ToString());
        await page.WaitForFunctionAsync("() => window.pipelineShown.data > 0");
        double[] times = await page.EvaluateAsync<double[]>("() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.pipelineShown.frame, window.pipelineShown.data, window.pipelineShown.largest]");
        return new DeskPaint(times[0], times[1], times[2], times[3]);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>When a page shows something, in milliseconds from the navigation to it.</summary>
/// <param name="First">First contentful paint (W3C Paint Timing).</param>
/// <param name="Frame">The heading and the navigation are drawn.</param>
/// <param name="Data">The first three problems are drawn.</param>
/// <param name="Largest">Largest contentful paint.</param>
internal sealed record DeskPaint(double First, double Frame, double Data, double Largest);
