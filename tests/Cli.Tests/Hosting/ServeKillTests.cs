using System.Diagnostics;
using System.Net.Http.Json;
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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [TestMethod]
    public async Task Killed_ten_times_in_a_training_the_host_resumes_by_itself_and_trains_no_finished_center_again()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 1_200);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["undisturbed"])).ExitCode.ShouldBe(0);
        Copy(folder["undisturbed"], folder["killed"]);

        await using (Host host = await Host.StartAsync(folder["undisturbed"]))
        {
            await host.TrainAsync();
            (await host.WaitAsync(int.MaxValue)).ShouldBe("completed");
        }

        Random random = new(11);
        for (int kill = 0; kill < Kills; kill++)
        {
            await using Host host = await Host.StartAsync(folder["killed"]);
            if (kill == 0)
            {
                await host.TrainAsync();
            }

            await host.WaitAsync(kill * TechCenters / Kills);
            await Task.Delay(random.Next(60));
        }

        await using (Host host = await Host.StartAsync(folder["killed"]))
        {
            (await host.WaitAsync(int.MaxValue)).ShouldBe("completed");
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

    /// <summary>A serving process; disposing kills it without warning.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private const string Instance = "train-2025-q4";

        private readonly Process _process;
        private readonly HttpClient _client;
        private readonly Task<string> _rest;

        private Host(Process process, string api, Task<string> rest)
        {
            _process = process;
            _rest = rest;
            _client = new HttpClient { BaseAddress = new Uri(api) };
        }

        public static async Task<Host> StartAsync(string data)
        {
            Process process = CommandLine.Start(["serve", "--data", data, "--port", "0", "--development"]);
            process.BeginErrorReadLine();
            while (await process.StandardOutput.ReadLineAsync() is string line)
            {
                if (line.StartsWith("API ", StringComparison.Ordinal))
                {
                    return new Host(process, line["API ".Length..].Trim() + "/", process.StandardOutput.ReadToEndAsync());
                }
            }

            throw new InvalidOperationException("The host ended before it served.");
        }

        public async Task TrainAsync() =>
            (await _client.PostAsJsonAsync("train", new { year = 2025, quarter = 4 })).EnsureSuccessStatusCode();

        /// <summary>Waits until so many tech centers are done, or the training is at its end; answers its status.</summary>
        public async Task<string> WaitAsync(int done)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (clock.Elapsed < Patience)
            {
                JsonElement training = await _client.GetFromJsonAsync<JsonElement>($"train/{Instance}");
                string status = training.GetProperty("status").GetString()!;
                int soFar = training.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress ? progress.GetProperty("done").GetInt32() : 0;
                if (soFar >= done || status is "completed" or "failed" or "terminated")
                {
                    return status;
                }

                await Task.Delay(20);
            }

            throw new TimeoutException($"The training was not as far as expected within {Patience}.");
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            await _rest;
            _process.Dispose();
            _client.Dispose();
        }
    }
}
