using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary>A large upload whose host is killed while it is taken in. The bench <c>upload</c> does the same with 100,000 rows.</summary>
[TestClass]
public sealed class UploadKillTests
{
    private const int Rows = 4_000;
    private const int Kills = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [TestMethod]
    public async Task Killed_ten_times_while_it_takes_in_an_upload_the_host_loses_and_doubles_nothing_that_it_has_answered_for()
    {
        using TempFolder folder = new();
        string? address = null;
        int killed = 0;
        Random random = new(3);

        // The first kills come early, so that they hit the import on a fast machine as well.
        for (int start = 0; start <= Kills; start++)
        {
            using Process host = CommandLine.Start(["serve", "--data", folder["data"], "--port", "0", "--development"]);
            try
            {
                host.BeginErrorReadLine();
                using HttpClient client = new() { BaseAddress = await AddressAsync(host) };
                address ??= await SendAsync(client);
                bool isDone = await WaitAsync(client, address, start == Kills ? Patience : TimeSpan.FromMilliseconds(random.Next(50 << Math.Min(start, 4))));
                killed += isDone ? 0 : 1;
                if (start == Kills)
                {
                    await ClearedAsync(folder["data/objects/incoming"]);
                }
            }
            finally
            {
                host.Kill();
                await host.WaitForExitAsync();
            }
        }

        killed.ShouldBeInRange(2, Kills);
        await using SqliteWarehouse warehouse = new(folder["data/warehouse.db"]);
        (await warehouse.CountChangesAsync(0)).ShouldBe(Rows);
        Intake.Ingestion only = (await warehouse.ReadIngestionsAsync(10)).ShouldHaveSingleItem();
        (only.State, only.Accepted, only.Rejected).ShouldBe((Intake.IngestionState.Accepted, Rows, 0));
        Directory.GetFiles(folder["data/objects"], "*", SearchOption.AllDirectories).Where(file => !file.Contains("/audit/", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["export.csv", "report.json"]);
    }

    /// <summary>Waits until the file has left <c>incoming/</c>, which it does after its import is answered for.</summary>
    private static async Task ClearedAsync(string incoming)
    {
        using CancellationTokenSource patience = new(Patience);
        while (Directory.Exists(incoming) && Directory.EnumerateFiles(incoming, "*", SearchOption.AllDirectories).Any())
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task<Uri> AddressAsync(Process host)
    {
        while (await host.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.StartsWith("API ", StringComparison.Ordinal))
            {
                return new Uri(line["API ".Length..].Trim() + "/");
            }
        }

        throw new InvalidOperationException("The host ended before it served.");
    }

    private static async Task<string> SendAsync(HttpClient client)
    {
        StringBuilder export = new("number,opened_at,short_description,description,assignment_group\n");
        for (int row = 0; row < Rows; row++)
        {
            export.Append(System.Globalization.CultureInfo.InvariantCulture, $"INC{row:00000},2026-01-{1 + (row % 28):00} 08:00:00,Printer {row} is down,{new string('x', 1_900)},Desk\n");
        }

        using StringContent body = new(export.ToString());
        using HttpResponseMessage answer = await client.PostAsync(new Uri("v1/uploads/incidents?name=export.csv", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.Location!.OriginalString["/api/".Length..];
    }

    /// <summary>Waits until the upload is taken in, or for so long; whether it is.</summary>
    private static async Task<bool> WaitAsync(HttpClient client, string address, TimeSpan until)
    {
        Stopwatch clock = Stopwatch.StartNew();
        do
        {
            JsonElement upload = await client.GetFromJsonAsync<JsonElement>(new Uri(address, UriKind.Relative));
            if (upload.GetProperty("state").GetString() is "accepted" or "failed")
            {
                return true;
            }

            await Task.Delay(20);
        }
        while (clock.Elapsed < until);
        return false;
    }
}
