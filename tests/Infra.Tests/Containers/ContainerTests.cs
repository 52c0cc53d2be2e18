using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Containers;

/// <summary>The images' recipes, what one of them holds, and the composition of services on one machine.</summary>
[TestClass]
public sealed class ContainerTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "infra", "container");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [TestMethod]
    public async Task What_the_image_holds_serves_from_a_root_that_can_only_be_read_as_user_1000()
    {
        using ImageLayout layout = await ImageLayout.BuildAsync();
        Directory.EnumerateFileSystemEntries(layout.Root).Select(Path.GetFileName).ShouldNotContain(name => name == "etc" || name == "bin" || name == "home");
        using Process host = layout.Run(new Dictionary<string, string>(StringComparer.Ordinal), "serve", "--data", "/data", "--port", "0");
        Task<string> errors = host.StandardError.ReadToEndAsync();
        try
        {
            using CancellationTokenSource patience = new(Patience);
            Uri? api = null;
            while (api is null && await host.StandardOutput.ReadLineAsync(patience.Token) is string line)
            {
                api = line.StartsWith("API ", StringComparison.Ordinal) ? new Uri(line["API ".Length..].Trim() + "/") : null;
            }

            (api is not null).ShouldBeTrue(api is null ? await errors : "");
            using HttpClient client = new() { BaseAddress = api };
            (await client.GetFromStringAsync("health")).GetProperty("status").GetString().ShouldBe("alive");
            (await client.GetFromStringAsync("health/ready")).GetProperty("status").GetString().ShouldBeOneOf("ready", "degraded");
            (await client.GetAsync(new Uri("status", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

            // What the kernel says of the process: who it is, and that its root cannot be written.
            string process = Process.GetProcessesByName("dotnet").Select(p => $"/proc/{p.Id}").Single(p => IsOf(p, "/app/Pipeline.Cli.dll", layout.Root));
            (await File.ReadAllTextAsync($"{process}/uid_map")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0].ShouldBe("1000");
            (await File.ReadAllLinesAsync($"{process}/mountinfo")).Select(line => line.Split(' ')).Single(fields => fields[4] == "/")[5].Split(',').ShouldContain(option => option == "ro");
            (await File.ReadAllLinesAsync($"{process}/status")).Single(line => line.StartsWith("CapEff", StringComparison.Ordinal)).ShouldEndWith("0000000000000000");

            using Process probe = layout.Run(new Dictionary<string, string>(StringComparer.Ordinal) { ["Host__Port"] = $"{api!.Port}" }, "probe");
            await probe.WaitForExitAsync(patience.Token);
            probe.ExitCode.ShouldBe(0, await probe.StandardError.ReadToEndAsync(patience.Token));
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync();
        }
    }

    [TestMethod]
    [DataRow("Dockerfile")]
    [DataRow("functions.Dockerfile")]
    public async Task A_recipe_has_nothing_that_the_linter_names(string file)
    {
        LintResult[] problems = await Checkers.RunAsync<LintResult[]>("dockerfile.cjs", new { text = await File.ReadAllTextAsync(Path.Combine(Folder, file)) });

        problems.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_linter_finds_what_is_wrong()
    {
        LintResult[] problems = await Checkers.RunAsync<LintResult[]>("dockerfile.cjs", new { text = "FROM scratch\nHEALTHCHECK --interval=often CMD [\"probe\"]\nEXPOSE many\n" });

        problems.Length.ShouldBeGreaterThan(1);
    }

    [TestMethod]
    public async Task The_image_has_no_shell_no_root_and_starts_commands_of_the_program()
    {
        string[] lines = [.. Regex.Replace(await File.ReadAllTextAsync(Path.Combine(Folder, "Dockerfile")), @"\\\n", " ", RegexOptions.None, TimeSpan.FromSeconds(1)).Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
        string[] image = [.. lines.Skip(Array.FindLastIndex(lines, l => l.StartsWith("FROM ", StringComparison.Ordinal)))];

        image[0].ShouldContain("chiseled");
        image.ShouldContain(line => line == "USER 1000:1000");
        image.ShouldNotContain(l => l.StartsWith("RUN ", StringComparison.Ordinal) || l.StartsWith("ADD ", StringComparison.Ordinal));
        string entry = ListOf(image, "ENTRYPOINT ")[^1];
        string[] health = ListOf(image, "HEALTHCHECK ");
        health[1].ShouldBe(entry);
        await Verbs.RequireAsync(health[2..]);
        await Verbs.RequireAsync(ListOf(image, "CMD "));
    }

    [TestMethod]
    public async Task The_composition_is_one_that_Compose_takes_and_its_parts_fit_each_other()
    {
        JsonNode compose = YamlFile.Read(Path.Combine(Folder, "compose.yaml"));

        SchemaFile.Validate(compose, SchemaFile.Own("compose.json"));
        JsonObject services = compose["services"]!.AsObject();
        services.Select(s => s.Key).ShouldBe(["pipeline", "replica", "azurite", "prometheus", "grafana"]);
        foreach ((string name, JsonNode? service) in services)
        {
            service!["image"]!.ToString().ShouldMatch(@":v?\d+\.\d+\.\d+$", name);
            foreach (string source in (service["volumes"]?.AsArray() ?? []).Select(v => v!.ToString().Split(':')[0]))
            {
                (source[0] == '.' ? Path.Exists(Path.Combine(Folder, source)) : compose["volumes"]!.AsObject().ContainsKey(source)).ShouldBeTrue($"{name}: {source}");
            }

            foreach (string secret in (service["secrets"]?.AsArray() ?? []).Select(s => (s is JsonObject of ? of["source"]! : s!).ToString()))
            {
                compose["secrets"]!.AsObject().ContainsKey(secret).ShouldBeTrue($"{name}: {secret}");
            }

            // Nothing is opened to other machines.
            (service["ports"]?.AsArray() ?? []).ShouldAllBe(port => port!.ToString().StartsWith("127.0.0.1:", StringComparison.Ordinal));
            if (service["command"] is JsonArray command && service["image"]!.ToString().StartsWith("pipeline:", StringComparison.Ordinal))
            {
                await Verbs.RequireAsync(command.Select(word => word!.ToString()));
            }
        }

        string settings = await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, "docs", "settings.md"));
        services["pipeline"]!["environment"]!.AsObject().Select(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal).Replace("prometheus", "NAME", StringComparison.Ordinal)).ShouldAllBe(setting => settings.Contains($"`{setting}`", StringComparison.Ordinal));
    }

    [TestMethod]
    public void What_fetches_measures_names_the_services_of_the_composition()
    {
        JsonNode fetch = YamlFile.Read(Path.Combine(Folder, "prometheus.yml"));

        fetch["scrape_configs"]![0]!["static_configs"]![0]!["targets"]!.AsArray().Select(t => t!.ToString()).ShouldBe(["pipeline:8080", "replica:8080"]);
        YamlFile.Read(Path.Combine(Folder, "grafana", "datasources.yaml"))["datasources"]![0]!["url"]!.ToString().ShouldBe("http://prometheus:9090");
    }

    private static string[] ListOf(string[] image, string instruction)
    {
        string line = image.Single(l => l.StartsWith(instruction, StringComparison.Ordinal));
        return JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;
    }

    private static bool IsOf(string process, string program, string root)
    {
        try
        {
            string[] arguments = File.ReadAllText($"{process}/cmdline").Split('\0');
            return arguments.Contains(program, StringComparer.Ordinal) && arguments.Contains("serve", StringComparer.Ordinal) && File.ReadAllText($"{process}/mountinfo").Contains(Path.GetFileName(Path.GetDirectoryName(root)!), StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What a linter has to say.</summary>
    /// <param name="Line">The line, from 1.</param>
    /// <param name="Message">What is wrong.</param>
    internal sealed record LintResult(int Line, string Message);
}

/// <summary>Reads answers.</summary>
internal static class ContainerAnswers
{
    /// <summary>The JSON at a path.</summary>
    public static async Task<JsonElement> GetFromStringAsync(this HttpClient client, string path) => JsonElement.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
}
