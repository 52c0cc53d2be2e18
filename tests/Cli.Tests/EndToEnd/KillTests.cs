using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class KillTests
{
    private const int Kills = 10;
    private static readonly string[] Stages = ["Importing", "Preprocessing", "Training", "Predicting"];

    [TestMethod]
    public async Task Killed_at_ten_random_moments_a_run_ends_where_an_undisturbed_one_does()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 1_000);
        Stopwatch clock = Stopwatch.StartNew();
        (await CommandLine.RunAsync(Run(csv, folder["undisturbed"]))).ExitCode.ShouldBe(0);
        int duration = (int)clock.ElapsedMilliseconds;
        string expected = await EndStateAsync(folder["undisturbed"]);

        Random random = new(7);
        int killed = 0;
        for (int attempt = 0; killed < Kills; attempt++)
        {
            string[] run = Run(csv, folder[$"killed-{attempt}"], "--assignments", folder[$"{attempt}.csv"]);
            bool done = false;
            while (killed < Kills && !done)
            {
                done = !await CommandLine.KillAsync(run, Stages[killed % Stages.Length], random.Next(duration / 4));
                killed += done ? 0 : 1;
            }

            if (!done)
            {
                CommandResult last = await CommandLine.RunAsync(run);
                last.ExitCode.ShouldBe(0, last.ToString());
            }

            (await File.ReadAllLinesAsync(folder[$"{attempt}.csv"])).Length.ShouldBe(1_001);
            (await EndStateAsync(folder[$"killed-{attempt}"])).ShouldBe(expected, $"after {killed} kills");
        }
    }

    private static string[] Run(string csv, string data, params string[] more) => ["run", "--incidents", csv, "--data", data, .. more];

    /// <summary>What a user would see of a data folder, less the times: status, predictions, what a search finds, and every file of every model version.</summary>
    private static async Task<string> EndStateAsync(string data)
    {
        List<string> state = [];
        CommandResult status = await CommandLine.RunAsync("status", "--data", data, "--json");
        foreach (JsonElement center in status.Json.GetProperty("techCenters").EnumerateArray())
        {
            state.Add(string.Join(' ', new[] { "name", "incidents", "preprocessed", "predicted", "unclustered", "newestIncident", "version", "versions", "clusters" }.Select(p => center.GetProperty(p).ToString())));
        }

        string found = await FoundAsync(data);
        (await CommandLine.RunAsync("search", "rebuild", "--data", data)).ExitCode.ShouldBe(0);
        (await FoundAsync(data)).ShouldBe(found, "an index made anew finds the same");
        state.Add(found);
        string models = Path.Combine(data, "objects", "hdbscan-models");
        foreach (string file in Directory.EnumerateFiles(models, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(models, file);
            bool timed = Path.GetFileName(file) is "manifest.json" or "metrics.json" or "validation.json" or "stages.json";
            state.Add(timed ? name : $"{name} {Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)))}");
        }

        return string.Join('\n', state);
    }

    /// <summary>The numbers that a search finds, in order, with their ranks.</summary>
    private static async Task<string> FoundAsync(string data)
    {
        CommandResult search = await CommandLine.RunAsync("search", "printer shows a paper jam", "--data", data, "--top", "100", "--json");
        search.ExitCode.ShouldBe(0, search.ToString());
        string[] found = [.. search.Json.GetProperty("incidents").EnumerateArray().Select(i => $"{i.GetProperty("number")} {i.GetProperty("wordRank")} {i.GetProperty("vectorRank")}")];
        found.ShouldNotBeEmpty();
        return string.Join(',', found);
    }
}
