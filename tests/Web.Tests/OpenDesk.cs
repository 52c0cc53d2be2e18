using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>A data folder that is served without keys, and a browser to look at it.</summary>
internal sealed class OpenDesk : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private OpenDesk(Browser browser, TempFolder folder, Served served) => (Browser, _folder, Served) = (browser, folder, served);

    /// <summary>The browser.</summary>
    public Browser Browser { get; }

    /// <summary>The host.</summary>
    public Served Served { get; }

    /// <summary>Files beside the data.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Serves the demo's data.</summary>
    public static Task<OpenDesk> StartAsync(int incidents) => StartAsync(() => Served.DemoAsync(incidents));

    /// <summary>Serves the folder <c>data</c> of what is made. Where there is no browser, nothing is.</summary>
    public static async Task<OpenDesk> StartAsync(Func<Task<TempFolder>> make)
    {
        Browser browser = await Browser.StartAsync();
        TempFolder folder = await make();
        return new OpenDesk(browser, folder, await Served.StartAsync(folder["data"], "--development"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Served.DisposeAsync();
        await Browser.DisposeAsync();
        _folder.Dispose();
    }
}
