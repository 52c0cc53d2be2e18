using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary>One process that writes and two replicas beside it, on the same data folder.</summary>
[TestClass]
public sealed class ReplicaServeTests
{
    private const string Text = "vpn drops every few minutes";

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["ModelCache__RefreshSeconds"] = "0",
        ["Training__Layouts"] = "3",
        ["Host__WriterUrl"] = "https://writer.example.org",
    };

    [TestMethod]
    public async Task Two_replicas_answer_beside_a_writer_take_no_change_and_serve_the_version_that_it_promotes()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        (await CommandLine.RunAsync(["run", "--incidents", SampleCsv.Write(folder["in.csv"], 400), "--tech-center-column", "none", "--data", data], Settings)).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync(["train", "--data", data], Settings)).ExitCode.ShouldBe(0);

        await using ServingProcess writer = await ServingProcess.StartAsync(data, Settings);
        await using ServingProcess first = await ServingProcess.StartAsync(data, Settings, options: "--replica");
        await using ServingProcess second = await ServingProcess.StartAsync(data, Settings, options: "--replica");
        ServingProcess[] all = [writer, first, second];

        string now = (await ClassifyAsync(writer)).GetProperty("version").GetString()!;
        foreach (ServingProcess replica in all[1..])
        {
            (await ClassifyAsync(replica)).GetRawText().ShouldBe((await ClassifyAsync(writer)).GetRawText());
            (await replica.PostAsync("search", new { text = Text })).GetProperty("incidents").GetArrayLength().ShouldBeGreaterThan(0);
            (await replica.GetAsync("problems")).GetRawText().ShouldBe((await writer.GetAsync("problems")).GetRawText());
            (await replica.GetAsync("ready")).GetProperty("checks")[0].GetProperty("detail").GetString().ShouldBe("read");
            (await replica.Client.GetStringAsync(new Uri("/report", UriKind.Relative))).ShouldContain("<html");
            await ShouldSendToWriterAsync(replica, HttpMethod.Post, "train");
            await ShouldSendToWriterAsync(replica, HttpMethod.Post, "v1/incidents");
            await ShouldSendToWriterAsync(replica, HttpMethod.Get, "train/train-2026-q2");
        }

        JsonElement back = await writer.PostAsync("models/default/rollback", new { });
        string before = back.GetProperty("version").GetString()!;
        string.Equals(before, now, StringComparison.Ordinal).ShouldBeFalse();
        foreach (ServingProcess instance in all)
        {
            (await ClassifyAsync(instance)).GetProperty("version").GetString().ShouldBe(before);
        }
    }

    [TestMethod]
    public async Task A_replica_makes_neither_a_warehouse_nor_keys()
    {
        using TempFolder folder = new();

        (await CommandLine.RunAsync("serve", "--replica", "--port", "0", "--data", folder["data"])).ShouldHaveFailed(1, "There is no warehouse", "a replica makes none");
        Directory.Exists(folder["data"]).ShouldBeFalse();

        (await CommandLine.RunAsync("import", SampleCsv.Write(folder["in.csv"], 5), "--tech-center-column", "none", "--data", folder["data"])).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync("serve", "--replica", "--port", "0", "--data", folder["data"])).ShouldHaveFailed(1, "host-keys.json' are not there", "Host:SecretsFolder");
        File.Exists(folder["data/host-keys.json"]).ShouldBeFalse();
    }

    private static Task<JsonElement> ClassifyAsync(ServingProcess instance) => instance.PostAsync("classify", new { text = Text });

    private static async Task ShouldSendToWriterAsync(ServingProcess replica, HttpMethod method, string path)
    {
        using HttpResponseMessage answer = await replica.Client.SendAsync(new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? JsonContent.Create(new { }) : null });
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("https://writer.example.org");
    }
}
