using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class EmbedderChangeTests
{
    private static readonly Dictionary<string, string> Lexical = new(StringComparer.Ordinal) { ["Embedder__Kind"] = "Lexical" };

    [TestMethod]
    public async Task A_folder_of_another_embedder_is_embedded_anew_and_predicts_again_once_it_is_trained()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", data, "--tech-center-column", "none"], Lexical)).ExitCode.ShouldBe(0);

        CommandResult before = await CommandLine.RunAsync("predict", "--data", data, "--json");
        before.ExitCode.ShouldBe(0, before.ToString());
        before.Json.GetProperty("predictions").GetInt32().ShouldBe(0);
        before.Output.ShouldContain("was trained on the embedder 'lexical-512-v1'");

        (await CommandLine.RunAsync("preprocess", "--data", data, "--json")).Json.GetProperty("read").GetInt32().ShouldBe(900);
        (await CommandLine.RunAsync("train", "--data", data, "--json")).Json.GetProperty("techCenters")[0].GetProperty("version").GetString().ShouldBe("2026_q2_r2");
        (await CommandLine.RunAsync("predict", "--data", data, "--json")).Json.GetProperty("predictions").GetInt32().ShouldBe(900);

        CommandResult validate = await CommandLine.RunAsync("validate", "--data", data);
        validate.ExitCode.ShouldBe(0, validate.ToString());
        Embedder(folder["data/objects/hdbscan-models/default/2026_q2_r2/manifest.json"]).ShouldStartWith("hybrid-");
    }

    [TestMethod]
    public async Task Problems_keep_their_identity_when_the_embedder_changes()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none"], Lexical)).ExitCode.ShouldBe(0);

        CommandResult again = await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none");

        again.ExitCode.ShouldBe(0, again.ToString());
        int[] before = ClusterIds(folder["data/objects/hdbscan-models/default/2026_q2/clusters.json"]);
        int[] after = ClusterIds(folder["data/objects/hdbscan-models/default/2026_q2_r2/clusters.json"]);
        after.Count(before.Contains).ShouldBeGreaterThan(after.Length / 2);
    }

    private static string Embedder(string manifest)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
        return document.RootElement.GetProperty("embedder").GetString()!;
    }

    private static int[] ClusterIds(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("clusters").EnumerateArray().Select(c => c.GetProperty("id").GetInt32())];
    }
}
