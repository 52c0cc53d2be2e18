using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary>Two versions, the verbs that show how they came to be, and rollouts of each by real processes on real timers that are killed after every look.</summary>
[TestClass]
public sealed class RolloutKillTests
{
    private const string Old = "2026_q2";
    private const string New = "2026_q2_r2";

    private static readonly Dictionary<string, string> Hasty = new(StringComparer.Ordinal)
    {
        ["Rollout__CanarySeconds"] = "4",
        ["Rollout__CheckSeconds"] = "1",
        ["Rollout__StepSeconds"] = "1",
        ["Rollout__MinAnswers"] = "5",
        ["Rollout__LatencySlack"] = "10000",
        ["Training__Layouts"] = "3",
    };

    [TestMethod]
    public async Task A_rollout_that_is_killed_after_every_look_ends_with_one_version_in_production_and_each_look_once()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        (await CommandLine.RunAsync(["run", "--incidents", SampleCsv.Write(folder["in.csv"], 400), "--tech-center-column", "none", "--data", data], Hasty)).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync(["train", "--data", data], Hasty)).ExitCode.ShouldBe(0);
        await ShowsItsRunsAsync(data);

        JsonElement canary = await RollOutAsync(data, Old, "canary", new { percent = 50 });
        canary.GetProperty("run").GetProperty("tags").GetProperty("outcome").GetString().ShouldBe("promoted", canary.GetRawText());

        JsonElement steps = await RollOutAsync(data, New, "promote", new { blueGreen = true });
        steps.GetProperty("run").GetProperty("tags").GetProperty("outcome").GetString().ShouldBe("promoted", steps.GetRawText());
        Looks(steps).ShouldBe([1, 2, 3, 4, 5]);

        JsonElement listed = (await CommandLine.RunAsync("models", "list", "--json", "--data", data)).Json.GetProperty("techCenters")[0];
        listed.GetProperty("versions").EnumerateArray().Select(v => (v.GetProperty("version").GetString(), v.GetProperty("stage").GetString())).ShouldBe([(Old, "previous"), (New, "production")], ignoreOrder: true);
        (await CommandLine.RunAsync("validate", "--data", data)).ExitCode.ShouldBe(0);
    }

    // A training may be listed, shown and compared by how its id begins.
    private static async Task ShowsItsRunsAsync(string data)
    {
        JsonElement[] runs = [.. (await CommandLine.RunAsync("runs", "list", "--kind", "training", "--json", "--data", data)).Json.GetProperty("runs").EnumerateArray()];
        runs.Select(r => (r.GetProperty("version").GetString(), r.GetProperty("outcome").GetString())).ShouldBe([(New, "passed"), (Old, "passed")]);
        string[] rows = [.. (await CommandLine.RunAsync("runs", "list", "--kind", "training", "--data", data)).Output.Split('\n').Where(line => line.StartsWith('│'))];
        rows.Length.ShouldBe(runs.Length + 1, "each run is on one line of 120 characters");
        string[] ids = [.. runs.Select(r => r.GetProperty("id").GetString()![..8])];

        CommandResult shown = await CommandLine.RunAsync("runs", "show", ids[0], "--data", data);
        shown.Output.ShouldContain("data.hash");
        shown.Output.ShouldContain("the oldest first:");
        CommandResult compared = await CommandLine.RunAsync("runs", "compare", ids[0], ids[1], "--data", data);
        compared.Output.ShouldContain("MinClusterSize");
        compared.Output.ShouldContain("gate.noise.noise");
        (await CommandLine.RunAsync("runs", "show", "zzz", "--data", data)).ShouldHaveFailed(2, "zzz");
    }

    private static async Task<JsonElement> RollOutAsync(string data, string version, string how, object body)
    {
        int kills = 0;
        HashSet<int> seen = [];
        while (true)
        {
            await using ServingProcess host = await ServingProcess.StartAsync(data, Hasty);
            if (kills == 0)
            {
                await host.PostAsync($"models/default/{version}/{how}", body);
            }

            JsonElement run = await host.UntilAsync("runs?kind=rollout&limit=1", answer => answer.GetProperty("runs").GetArrayLength() == 1 && answer.GetProperty("runs")[0].GetProperty("version").GetString() == version);
            JsonElement details = await host.UntilAsync($"runs/{run.GetProperty("runs")[0].GetProperty("id").GetString()}", answer => kills == 0 || IsEnded(answer) || Looks(answer).Any(look => !seen.Contains(look)));
            if (IsEnded(details))
            {
                kills.ShouldBeGreaterThan(0);
                await host.UntilAsync("models", models => models.GetProperty("techCenters")[0].GetProperty("production").GetString() == version);
                return details;
            }

            seen.UnionWith(Looks(details));
            kills++;
        }
    }

    private static bool IsEnded(JsonElement details) => details.GetProperty("run").GetProperty("state").GetString() != "running";

    private static int[] Looks(JsonElement details) =>
        [.. details.GetProperty("run").GetProperty("metrics").EnumerateArray().Where(m => m.GetProperty("key").GetString() == "answers").Select(m => m.GetProperty("step").GetInt32())];
}
