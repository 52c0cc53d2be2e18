using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

[TestClass]
public sealed class ServeKillTests
{
    private const int Kills = 10;
    private const int TechCenters = 15;

    [TestMethod]
    public async Task Killed_ten_times_in_a_training_the_host_resumes_by_itself_and_trains_no_finished_center_again()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 1_200);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["undisturbed"])).ExitCode.ShouldBe(0);
        Copy(folder["undisturbed"], folder["killed"]);

        await using (ServingProcess host = await ServingProcess.StartAsync(folder["undisturbed"]))
        {
            await TrainAsync(host);
            (await WaitAsync(host, int.MaxValue)).ShouldBe("completed");
        }

        Random random = new(11);
        for (int kill = 0; kill < Kills; kill++)
        {
            await using ServingProcess host = await ServingProcess.StartAsync(folder["killed"]);
            if (kill == 0)
            {
                await TrainAsync(host);
            }

            await WaitAsync(host, kill * TechCenters / Kills);
            await Task.Delay(random.Next(60));
        }

        await using (ServingProcess host = await ServingProcess.StartAsync(folder["killed"]))
        {
            (await WaitAsync(host, int.MaxValue)).ShouldBe("completed");
        }

        Models(folder["killed"]).ShouldBe(Models(folder["undisturbed"]));
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>The arrays of every model version by name and checksum: a center trained twice would have a revision more.</summary>
    private static string Models(string data)
    {
        string models = Path.Combine(data, "objects", "hdbscan-models");
        return string.Join('\n', Directory.EnumerateFiles(models, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file =>
            Path.GetFileName(file) is "manifest.json" or "metrics.json" or "validation.json" or "stages.json"
                ? Path.GetRelativePath(models, file)
                : $"{Path.GetRelativePath(models, file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}"));
    }

    private static Task<JsonElement> TrainAsync(ServingProcess host) => host.PostAsync("train", new { year = 2025, quarter = 4 });

    /// <summary>Waits until so many tech centers are done, or the training is at its end; answers its status.</summary>
    private static async Task<string> WaitAsync(ServingProcess host, int done)
    {
        JsonElement training = await host.UntilAsync("train/train-2025-q4", answer =>
            (answer.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress ? progress.GetProperty("done").GetInt32() : 0) >= done || answer.GetProperty("status").GetString() is "completed" or "failed" or "terminated");
        return training.GetProperty("status").GetString()!;
    }
}
