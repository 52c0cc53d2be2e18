using System.Diagnostics;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>A process of <c>serve</c> over a data folder.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly Process _process;

    private Served(Process process, Uri address, string key)
    {
        (_process, Address, Key) = (process, address, key);
        Client = new HttpClient { BaseAddress = address };
        Client.DefaultRequestHeaders.Add("x-functions-key", key);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The function key; empty where none is asked for.</summary>
    public string Key { get; }

    /// <summary>Asks it, with the key.</summary>
    public HttpClient Client { get; }

    /// <summary>Makes the demo's data in a folder.</summary>
    public static async Task<TempFolder> DemoAsync(int incidents)
    {
        TempFolder folder = new();
        CommandResult demo = await CommandLine.RunAsync("demo", "--incidents", incidents.ToString(System.Globalization.CultureInfo.InvariantCulture), "--data", folder["data"], "--report", folder["report.html"], "--json");
        demo.ExitCode.ShouldBe(0, demo.ToString());
        return folder;
    }

    /// <summary>Starts it on a free port. Its clocks do nothing.</summary>
    public static Task<Served> StartAsync(string data, params string[] options) => StartAsync(data, new Dictionary<string, string?>(StringComparer.Ordinal), options);

    /// <summary>Starts it with settings on a free port. Its clocks do nothing.</summary>
    public static async Task<Served> StartAsync(string data, IReadOnlyDictionary<string, string?> settings, params string[] options)
    {
        Dictionary<string, string> still = new(StringComparer.Ordinal);
        foreach (string schedule in (string[])["Preprocess", "Predict", "Pull", "Train", "Drift", "Report", "Watch", "Archive", "PurgeHistory"])
        {
            still[$"{schedule}Schedule"] = "0 0 0 29 2 *";
        }

        still["Incident__UrlTemplate"] = "https://tickets.example/{number}";
        foreach ((string setting, string? value) in settings)
        {
            still[setting.Replace(":", "__", StringComparison.Ordinal)] = value!;
        }

        Process process = CommandLine.Start(["serve", "--data", data, "--port", "0", .. options], still);
        _ = process.StandardError.ReadToEndAsync();
        Uri? address = null;
        string key = "";
        while (await process.StandardOutput.ReadLineAsync() is string line && line != "Stop with Ctrl+C.")
        {
            address = line.StartsWith("Desk ", StringComparison.Ordinal) ? new Uri(line.Split(' ')[^1]) : address;
            key = line.StartsWith("Function key ", StringComparison.Ordinal) ? line.Split(' ')[^1] : key;
        }

        return new Served(process, address.ShouldNotBeNull(), key);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
