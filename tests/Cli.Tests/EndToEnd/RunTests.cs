using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class RunTests
{
    [TestMethod]
    public async Task Incidents_go_in_and_named_problems_come_out()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 1_200);

        CommandResult run = await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none", "--assignments", folder["out.csv"], "--report", folder["report.html"], "--json");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Json.GetProperty("incidents").GetInt32().ShouldBe(1_200);
        run.Json.GetProperty("rejected").GetInt32().ShouldBe(0);
        run.Json.GetProperty("predictions").GetInt32().ShouldBe(1_200);
        JsonElement center = run.Json.GetProperty("techCenters").EnumerateArray().Single();
        center.GetProperty("name").GetString().ShouldBe("default");
        center.GetProperty("clusters").GetInt32().ShouldBeGreaterThan(20);
        center.GetProperty("problems").GetInt32().ShouldBeInRange(15, center.GetProperty("clusters").GetInt32());
        center.GetProperty("version").GetString().ShouldBe("2026_q2");
        string[] lines = await File.ReadAllLinesAsync(folder["out.csv"]);
        lines[0].ShouldBe("number,tech_center,problem_id,problem_label,cluster_id,cluster_label,domain_id,domain_name,confidence");
        lines.Length.ShouldBe(1_201);
        lines.Skip(1).Select(l => l.Split(',')[0]).ShouldBe((await File.ReadAllLinesAsync(csv)).Where(l => l.StartsWith("INC", StringComparison.Ordinal)).Select(l => l.Split(',')[0]));
        lines.Skip(1).Select(l => l.Split(',')[2]).Distinct(StringComparer.Ordinal).Count(id => id is not "-1").ShouldBe(center.GetProperty("problems").GetInt32());
        lines.Skip(1).Count(l => l.Contains(",unclustered,", StringComparison.Ordinal)).ShouldBe(center.GetProperty("unclustered").GetInt32());
        (await File.ReadAllTextAsync(folder["report.html"])).ShouldStartWith("<!doctype html>", Case.Insensitive);
    }

    [TestMethod]
    public async Task The_same_command_gives_the_same_bytes_again_and_on_one_thread()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);

        foreach ((string name, string data, string threads) in new[] { ("first", "a", "2"), ("again", "b", "2"), ("single", "c", "1"), ("same-folder", "a", "2") })
        {
            CommandResult run = await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder[data], "--tech-center-column", "none", "--threads", threads, "--assignments", folder[name]);
            run.ExitCode.ShouldBe(0, run.ToString());
        }

        byte[] expected = await File.ReadAllBytesAsync(folder["first"]);
        foreach (string name in new[] { "again", "single", "same-folder" })
        {
            (await File.ReadAllBytesAsync(folder[name])).ShouldBe(expected, name);
        }
    }

    [TestMethod]
    public async Task Training_the_same_quarter_again_makes_a_revision_and_keeps_the_cluster_ids()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none")).ExitCode.ShouldBe(0);

        CommandResult again = await CommandLine.RunAsync("train", "--year", "2026", "--quarter", "2", "--data", folder["data"], "--json");
        CommandResult status = await CommandLine.RunAsync("status", "--data", folder["data"], "--json");

        again.Json.GetProperty("techCenters")[0].GetProperty("version").GetString().ShouldBe("2026_q2_r2");
        status.Json.GetProperty("techCenters")[0].GetProperty("versions").GetInt32().ShouldBe(2);
        int[] first = ClusterIds(folder["data/objects/hdbscan-models/default/2026_q2/clusters.json"]);
        ClusterIds(folder["data/objects/hdbscan-models/default/2026_q2_r2/clusters.json"]).ShouldBe(first);
    }

    [TestMethod]
    public async Task The_steps_work_one_by_one_on_the_same_folder()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none")).ExitCode.ShouldBe(0);
        string data = folder["data"];

        (await CommandLine.RunAsync("preprocess", "--data", data, "--limit", "10", "--json")).Json.GetProperty("read").GetInt32().ShouldBe(0);
        (await CommandLine.RunAsync("train", "--data", data, "--year", "2025", "--quarter", "4", "--tech-centers", "default", "--json")).Json.GetProperty("quarter").GetInt32().ShouldBe(4);
        (await CommandLine.RunAsync("predict", "--data", data, "--tech-center", "default", "--json")).Json.GetProperty("predictions").GetInt32().ShouldBe(0, "the newest version is still that of the second quarter");
        CommandResult validate = await CommandLine.RunAsync("validate", "--data", data);
        validate.ExitCode.ShouldBe(0, validate.ToString());
        validate.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith("PASS  ", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_damaged_model_fails_validation_and_prediction_with_its_name()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none")).ExitCode.ShouldBe(0);
        string model = folder["data/objects/hdbscan-models/default/2026_q2/model.safetensors"];
        byte[] bytes = await File.ReadAllBytesAsync(model);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(model, bytes);

        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);
        CommandResult predict = await CommandLine.RunAsync("predict", "--data", folder["data"]);

        validate.ExitCode.ShouldBe(1);
        validate.Output.ShouldContain("FAIL  model of (no tech center): The model version hdbscan-models/default/2026_q2 is damaged: model.safetensors");
        predict.ExitCode.ShouldBe(1);

        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(model)!, "manifest.json"), "{");
        string status = (await CommandLine.RunAsync("status", "--data", folder["data"])).Output;

        status.ShouldContain("│ unusable │");
        status.TrimEnd().Split('\n')[^1].ShouldMatch("^\\(no tech center\\): The model version .*[^.]\\. Restore it from a backup, or delete its folder and train again\\.$", "the reason is below the table, in one line");
    }

    private static int[] ClusterIds(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("clusters").EnumerateArray().Select(c => c.GetProperty("id").GetInt32())];
    }
}
