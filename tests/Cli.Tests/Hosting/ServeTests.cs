using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

[TestClass]
public sealed class ServeTests
{
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_host_serves_until_it_is_told_to_stop_and_shares_its_data_folder_with_no_other()
    {
        using TempFolder folder = new();
        using Process host = CommandLine.Start(["serve", "--data", folder["data"], "--port", "0"]);
        Task<string> errors = host.StandardError.ReadToEndAsync();
        List<string> lines = await ReadUntilAsync(host, "Stop with Ctrl+C.");
        lines.Count(l => l.StartsWith("Function key ", StringComparison.Ordinal) || l.StartsWith("Master key ", StringComparison.Ordinal)).ShouldBe(2);
        using HttpClient client = new() { BaseAddress = new Uri(lines[0].Split(' ')[^1]) };

        string page = await client.GetStringAsync(new Uri("/", UriKind.Relative));
        page.ShouldContain("<title>Pipeline</title>");
        page.ShouldNotContain("{{");
        (await client.GetFromJsonAsync<JsonElement>("/status.json")).GetProperty("pipeline").GetProperty("waitingForPreprocessing").GetInt64().ShouldBe(0);
        (await client.GetStringAsync(new Uri("/report", UriKind.Relative))).ShouldContain("Problems");
        using HttpResponseMessage metrics = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        metrics.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        (await metrics.Content.ReadAsStringAsync()).ShouldContain("pipeline_errors_total");

        CommandResult second = await CommandLine.RunAsync("serve", "--data", folder["data"], "--port", "0");
        second.ExitCode.ShouldBe(1, second.ToString());
        second.Errors.ShouldContain("in use by another process");

        (await CommandLine.RunAsync("halt", "--data", folder["data"], "--reason", "a drill")).Output.ShouldContain("is halted since");
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        while ((await client.GetFromJsonAsync<JsonElement>("/status.json")).GetProperty("pipeline").GetProperty("mode").GetProperty("state").GetString() is not "halted")
        {
            // The page's figures are some seconds old.
            await Task.Delay(100, patience.Token);
        }

        (await CommandLine.RunAsync("demo", "--incidents", "100", "--data", folder["halted"])).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync("halt", "--data", folder["halted"], "--reason", "a drill")).ExitCode.ShouldBe(0);
        CommandResult demo = await CommandLine.RunAsync("demo", "--incidents", "100", "--data", folder["halted"]);
        (demo.ExitCode, demo.Errors.Contains("is halted since", StringComparison.Ordinal)).ShouldBe((1, true), demo.ToString());
        (await CommandLine.RunAsync("resume", "--data", folder["data"])).Output.ShouldContain("Everything may go on.");

        using Process stop = Process.Start("kill", ["-TERM", $"{host.Id}"]);
        await host.WaitForExitAsync();
        host.ExitCode.ShouldBe(0, await errors);

        using Process again = CommandLine.Start(["serve", "--data", folder["fresh"], "--port", "0", "--development"], program: "env", programArguments: ["--default-signal=INT", "dotnet"]);
        Task<string> errorsAgain = again.StandardError.ReadToEndAsync();
        List<string> linesAgain = await ReadUntilAsync(again, "Stop with Ctrl+C.");
        linesAgain.ShouldContain(l => l.Contains("this is development", StringComparison.Ordinal));
        linesAgain.ShouldNotContain(l => l.StartsWith("Master key ", StringComparison.Ordinal) || l.StartsWith("Function key ", StringComparison.Ordinal) || l.Contains("keys were made", StringComparison.Ordinal));
        File.Exists(Path.Combine(folder["fresh"], "host-keys.json")).ShouldBeFalse("keys that nobody is shown are not made");
        using Process interrupt = Process.Start("kill", ["-INT", $"{again.Id}"]);
        await again.WaitForExitAsync();
        again.ExitCode.ShouldBe(0, await errorsAgain);
    }

    [TestMethod]
    public async Task A_setting_out_of_its_range_is_told_before_anything_starts()
    {
        using TempFolder folder = new();
        CommandResult port = await CommandLine.RunAsync("serve", "--data", folder["data"], "--port", "70000");
        port.ExitCode.ShouldBe(2, port.ToString());
        port.Errors.ShouldContain("Host:Port is 70000; it must be from 0 to 65535.");
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_host_that_other_machines_reach_is_not_served_without_keys()
    {
        using TempFolder folder = new();
        CommandResult open = await CommandLine.RunAsync(["serve", "--data", folder["data"], "--port", "0", "--development"], new Dictionary<string, string>(StringComparer.Ordinal) { ["Host__Address"] = "0.0.0.0" });
        open.ExitCode.ShouldBe(2, open.ToString());
        open.Errors.ShouldContain("Host:Address is '0.0.0.0'");
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        using TempFolder folder = new();
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        CommandResult refused = await CommandLine.RunAsync("serve", "--data", folder["data"], "--port", port.ToString(CultureInfo.InvariantCulture));

        refused.ExitCode.ShouldBe(1, refused.ToString());
        refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(" info: ", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldMatch($"^Error: The host cannot listen on 127.0.0.1, port {port}: .*[.] Name another port");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_host_that_runs_takes_tokens_that_are_issued_beside_it_until_they_are_revoked()
    {
        using TempFolder folder = new();
        using Process host = CommandLine.Start(["serve", "--data", folder["data"], "--port", "0"]);
        Task<string> errors = host.StandardError.ReadToEndAsync();
        List<string> lines = await ReadUntilAsync(host, "Stop with Ctrl+C.");
        using HttpClient client = new() { BaseAddress = new Uri(lines[0].Split(' ')[^1]) };

        CommandResult issued = await CommandLine.RunAsync("token", "issue", "--role", "reader", "--name", "Jane [red]", "--data", folder["data"], "--json");
        issued.ExitCode.ShouldBe(0, issued.ToString());
        JsonElement token = JsonElement.Parse(issued.Output);
        string id = token.GetProperty("id").GetString()!;
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("token").GetString());
        (await client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using HttpResponseMessage forbidden = await client.PostAsJsonAsync("/api/halt", new { reason = "a drill" });
        forbidden.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await forbidden.Content.ReadAsStringAsync()).ShouldContain("the role admin");

        CommandResult listed = await CommandLine.RunAsync("token", "list", "--data", folder["data"]);
        listed.Output.ShouldContain(id);
        listed.Output.ShouldContain("Jane [red]");
        listed.Output.ShouldNotContain("eyJ");
        (await CommandLine.RunAsync("token", "revoke", id, "--data", folder["data"])).Output.ShouldContain("is revoked since");
        (await client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        (await CommandLine.RunAsync("token", "revoke", "nothing", "--data", folder["data"])).ExitCode.ShouldBe(1);
        CommandResult unknown = await CommandLine.RunAsync("token", "issue", "--role", "owner", "--name", "Jane", "--data", folder["data"]);
        unknown.ExitCode.ShouldBe(2, unknown.ToString());
        using Process stop = Process.Start("kill", ["-TERM", $"{host.Id}"]);
        await host.WaitForExitAsync();
        (await errors).ShouldNotContain(token.GetProperty("token").GetString()!.Split('.')[2]);
    }

    private static async Task<List<string>> ReadUntilAsync(Process process, string last)
    {
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            lines.Add(line);
            if (string.Equals(line, last, StringComparison.Ordinal))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"The host ended early: {string.Join('\n', lines)}");
    }
}
