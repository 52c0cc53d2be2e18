using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary><c>upload</c>: one large file over HTTP to a host of its own, once undisturbed and once with the host killed again and again while it takes the file in.</summary>
internal static class UploadCommand
{
    private const string Words = "printer paper jam floor network slow account locked mailbox quota tunnel battery dock screen driver update restart office server backup";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static Command Create()
    {
        Option<int> rows = new("--rows") { Description = "Rows of the file.", DefaultValueFactory = _ => 100_000 };
        Option<int> bytes = new("--bytes") { Description = "Bytes of a row, about.", DefaultValueFactory = _ => 2048 };
        Option<int> kills = new("--kills") { Description = "How often the host is killed in the second run.", DefaultValueFactory = _ => 10 };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("upload", "Rows a second and peak memory of one large upload, and what is left of it when the host is killed while it is taken in.") { rows, bytes, kills, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = Directory.CreateTempSubdirectory("pipeline-upload-").FullName;
            try
            {
                string file = Path.Combine(folder, "export.csv");
                WriteFile(file, parsed.GetValue(rows), parsed.GetValue(bytes));
                UploadMeasurement calm = await RunAsync(Path.Combine(folder, "calm"), file, kills: 0, seconds: 0, cancellationToken);
                UploadMeasurement killed = await RunAsync(Path.Combine(folder, "killed"), file, parsed.GetValue(kills), calm.Seconds, cancellationToken);
                Show(parsed.GetValue(json), new FileInfo(file).Length, calm, killed);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task<UploadMeasurement> RunAsync(string folder, string file, int kills, double seconds, CancellationToken cancellationToken)
    {
        double peak = 0, received = 0;
        int happened = 0;
        string? address = null;
        Stopwatch clock = Stopwatch.StartNew();
        Random random = new(7);
        while (true)
        {
            await using LoadServer server = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
            using HttpClient client = new() { BaseAddress = server.Address, Timeout = Patience };
            if (address is null)
            {
                clock.Restart();
                address = await SendAsync(client, file, cancellationToken);
                received = clock.Elapsed.TotalSeconds;
            }

            // A kill falls somewhere in the first half of the time that the import takes when it is left alone, so that there is something left of it.
            TimeSpan until = happened < kills ? TimeSpan.FromSeconds((0.05 + (0.45 * random.NextDouble())) * Math.Max(1, seconds)) : Patience;
            bool isDone = await WaitAsync(client, address, until, () => peak = Math.Max(peak, server.PeakMegabytes), cancellationToken);
            if (isDone)
            {
                break;
            }

            happened++;
        }

        double took = clock.Elapsed.TotalSeconds;
        (long stored, int entries) = await CountAsync(folder, cancellationToken);
        return new UploadMeasurement(took, received, peak, happened, stored, entries);
    }

    private static async Task<string> SendAsync(HttpClient client, string file, CancellationToken cancellationToken)
    {
        await using FileStream content = File.OpenRead(file);
        using StreamContent body = new(content);
        using HttpResponseMessage answer = await client.PostAsync(new Uri("v1/uploads/incidents?name=export.csv", UriKind.Relative), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.Location!.OriginalString["/api/".Length..];
    }

    private static async Task<bool> WaitAsync(HttpClient client, string address, TimeSpan until, Action look, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed < until)
        {
            JsonElement upload = await client.GetFromJsonAsync<JsonElement>(new Uri(address, UriKind.Relative), cancellationToken);
            look();
            switch (upload.GetProperty("state").GetString())
            {
                case "accepted":
                    return true;
                case "failed":
                    throw new CommandException($"The upload failed: {upload.GetProperty("problem").GetString()}", ExitCode.Failed);
            }

            await Task.Delay(100, cancellationToken);
        }

        return false;
    }

    private static async Task<(long Stored, int Entries)> CountAsync(string folder, CancellationToken cancellationToken)
    {
        await using SqliteWarehouse warehouse = new(Path.Combine(folder, "warehouse.db"));
        return (await warehouse.CountChangesAsync(0, cancellationToken), (await warehouse.ReadIngestionsAsync(100, cancellationToken)).Count);
    }

    private static void WriteFile(string path, int rows, int bytes)
    {
        Random random = new(5);
        string[] words = Words.Split(' ');
        using StreamWriter text = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        text.Write("number,opened_at,short_description,description,assignment_group\n");
        StringBuilder description = new();
        for (int row = 0; row < rows; row++)
        {
            description.Clear();
            while (description.Length < bytes - 80)
            {
                description.Append(words[random.Next(words.Length)]).Append(' ');
            }

            text.Write(string.Create(CultureInfo.InvariantCulture, $"INC{row:0000000},{new DateTime(2025, 1, 1).AddMinutes(row):yyyy-MM-dd HH:mm:ss},{words[row % words.Length]} number {row},{description},Desk {row % 15}\n"));
        }
    }

    private static void Show(bool json, long bytes, UploadMeasurement calm, UploadMeasurement killed)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { bytes, calm, killed }, PipelineJson.Compact));
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A file of {bytes / 1e6:0} MB."));
        foreach ((string name, UploadMeasurement run) in new[] { ("undisturbed", calm), ("killed", killed) })
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: received after {run.ReceivedSeconds:0.0} s, taken in after {run.Seconds:0.0} s ({run.Stored / run.Seconds:0} rows a second), {run.PeakMegabytes:0} MB at most, {run.Kills} kills, {run.Stored} incidents stored, {run.Entries} ingestion."));
        }
    }
}

/// <summary>One upload.</summary>
/// <param name="Seconds">From the first byte until it is accepted, the host's starts after kills included.</param>
/// <param name="ReceivedSeconds">From the first byte until it is answered with 202.</param>
/// <param name="PeakMegabytes">The host's resident memory at most, in MB of 10^6 bytes.</param>
/// <param name="Kills">How often the host was killed in between.</param>
/// <param name="Stored">Incidents in the warehouse at the end.</param>
/// <param name="Entries">Ingestions that the warehouse knows at the end.</param>
internal sealed record UploadMeasurement(double Seconds, double ReceivedSeconds, double PeakMegabytes, int Kills, long Stored, int Entries);
