using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary>How a command leads to the desk. A program of the test's own stands for the browser.</summary>
[TestClass]
public sealed class DeskWindowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task The_demo_opens_the_desk_in_the_browser_and_serves_it_until_it_is_stopped()
    {
        using TempFolder folder = new();
        string opened = folder["opened.txt"];
        Dictionary<string, string> environment = await WithBrowserAsync(folder, opened);
        using Process demo = CommandLine.Start(["demo", "--incidents", "100", "--data", folder["data"], "--open"], environment);
        Task<string> errors = demo.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);

        try
        {
            string address = (await LineAsync(demo, "Desk ", patience.Token)).Split(' ')[^1];
            while (!File.Exists(opened))
            {
                await Task.Delay(20, patience.Token);
            }

            (await File.ReadAllTextAsync(opened, patience.Token)).Trim().ShouldBe(address);
            using HttpClient client = new();
            (await client.GetStringAsync(new Uri(address), patience.Token)).ShouldContain("<title>Pipeline</title>");
            JsonElement ranking = await client.GetFromJsonAsync<JsonElement>(new Uri(new Uri(address), "api/ranking"), patience.Token);
            ranking.GetProperty("first").GetArrayLength().ShouldBeGreaterThan(0);

            using Process stop = Process.Start("kill", ["-TERM", $"{demo.Id}"]);
            await demo.WaitForExitAsync(patience.Token);
            demo.ExitCode.ShouldBe(0, await errors);
        }
        finally
        {
            demo.Kill();
        }
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Where_there_is_no_screen_the_address_is_told()
    {
        using TempFolder folder = new();
        string opened = folder["opened.txt"];
        Dictionary<string, string> environment = await WithBrowserAsync(folder, opened);
        environment["DISPLAY"] = "";
        using Process host = CommandLine.Start(["serve", "--data", folder["data"], "--port", "0", "--development", "--open"], environment);
        _ = host.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);

        string address = (await LineAsync(host, "Desk ", patience.Token)).Split(' ')[^1];
        (await LineAsync(host, "There is no browser here", patience.Token)).ShouldEndWith(address);

        host.Kill();
        await host.WaitForExitAsync(patience.Token);
        File.Exists(opened).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_command_that_opens_nothing_ends_with_the_way_to_the_desk()
    {
        using TempFolder folder = new();

        CommandResult demo = await CommandLine.RunAsync(["demo", "--incidents", "100", "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["Host__Port"] = "7123" });

        demo.ExitCode.ShouldBe(0, demo.ToString());
        string[] last = demo.Errors.TrimEnd().Split('\n')[^2..];
        last[0].ShouldEndWith($"serve --data {folder["data"]} --development --open");
        last[1].ShouldBe("opens http://127.0.0.1:7123/");
    }

    [TestMethod]
    [DataRow("demo")]
    [DataRow("run", "--incidents", "none.csv")]
    public async Task A_host_that_prints_its_address_does_not_print_one_object(params string[] command)
    {
        using TempFolder folder = new();

        (await CommandLine.RunAsync([.. command, "--data", folder["data"], "--open", "--json"])).ShouldHaveFailed(2, "--open and --json exclude each other");

        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    // The system opens addresses with the program xdg-open of the path.
    private static async Task<Dictionary<string, string>> WithBrowserAsync(TempFolder folder, string opened)
    {
        Directory.CreateDirectory(folder["bin"]);
        string program = Path.Combine(folder["bin"], "xdg-open");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho \"$1\" > '{opened}.part' && mv '{opened}.part' '{opened}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{folder["bin"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["DISPLAY"] = ":1",
            ["WAYLAND_DISPLAY"] = "",
            ["BROWSER"] = "",
            ["Host__Port"] = "0",
        };
    }

    private static async Task<string> LineAsync(Process process, string start, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is string line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The command ended before it told '{start}'.");
    }
}
