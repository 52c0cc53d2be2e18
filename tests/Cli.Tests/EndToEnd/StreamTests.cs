using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class StreamTests
{
    private const int Kills = 20;

    [TestMethod]
    public async Task A_stream_is_made_filled_shown_saved_restored_and_verified()
    {
        using TempFolder folder = new();
        string items = Items(folder["items.ndjson"], 600), data = folder["data"];

        (await CommandLine.RunAsync("stream", "create", "desk", "--data", data, "--set", "expiryHours=20000", "--set", "similarityThreshold=0.6")).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync("stream", "add", "desk", items, "--data", data, "--json")).Json.GetProperty("accepted").GetInt32().ShouldBe(600);
        (await CommandLine.RunAsync("stream", "add", "desk", items, "--data", data, "--json")).Json.GetProperty("duplicates").GetInt32().ShouldBe(600);
        (await CommandLine.RunAsync("stream", "clusters", "desk", "--data", data)).Output.ShouldContain("more");
        JsonElement stats = (await CommandLine.RunAsync("stream", "stats", "desk", "--data", data, "--json")).Json;
        stats.GetProperty("items").GetInt32().ShouldBe(600);
        stats.GetProperty("lastBackup").GetProperty("sequence").GetInt32().ShouldBe(600, "a snapshot is made when a command ends");
        (await CommandLine.RunAsync("stream", "backup", "desk", "--data", data)).Output.ShouldContain("600");
        (await CommandLine.RunAsync("stream", "restore", "desk", "--data", data)).Output.ShouldContain("600");
        (await CommandLine.RunAsync("stream", "tail", "desk", "--data", data)).ExitCode.ShouldBe(0);
        CommandResult sound = await CommandLine.RunAsync("stream", "verify", "desk", "--data", data);
        sound.Output.ShouldStartWith("PASS");

        string snapshot = Snapshots(data)[^1];
        byte[] bytes = await File.ReadAllBytesAsync(snapshot);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(snapshot, bytes);
        CommandResult damaged = await CommandLine.RunAsync("stream", "verify", "desk", "--data", data);
        damaged.ExitCode.ShouldBe(1);
        damaged.Output.ShouldContain("damaged");
    }

    [TestMethod]
    public async Task Wrong_words_are_refused_with_the_fix()
    {
        using TempFolder folder = new();
        (await CommandLine.RunAsync("stream", "create", "Desk", "--data", folder["data"])).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Errors.ShouldContain("lower-case"));
        (await CommandLine.RunAsync("stream", "create", "desk", "--data", folder["data"], "--set", "similarityThreshold=2")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Errors.ShouldContain("0 to 1"));
        (await CommandLine.RunAsync("stream", "create", "desk", "--data", folder["data"], "--set", "similarity")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Errors.ShouldContain("similarityThreshold=0.75"));
    }

    [TestMethod]
    public async Task A_bad_line_is_named_by_its_number_and_the_others_are_added()
    {
        using TempFolder folder = new();
        string data = folder["data"], mixed = folder["mixed.ndjson"], bad = folder["bad.ndjson"], array = folder["array.json"];
        await File.WriteAllLinesAsync(mixed, ["""{"id":"a","text":"printer jam"}""", "", """{"id":"b","text":""", """{"id":"c","id":"d","text":"x"}""", """{"id":"e","text":"\ud800"}""", """{"id":"f","text":"network down"}"""]);
        await File.WriteAllLinesAsync(bad, ["""{"id":"g"}""", "7", """{"\ud800":1}"""]);
        await File.WriteAllTextAsync(array, """[{"id":"h","text":"mailbox full"},{"id":"i","id":"j","text":"x"}]""");
        (await CommandLine.RunAsync("stream", "create", "desk", "--data", data)).ExitCode.ShouldBe(0);

        CommandResult some = await CommandLine.RunAsync("stream", "add", "desk", mixed, "--data", data);
        CommandResult none = await CommandLine.RunAsync("stream", "add", "desk", bad, "--data", data);
        CommandResult list = await CommandLine.RunAsync("stream", "add", "desk", array, "--data", data);

        some.ExitCode.ShouldBe(1, some.ToString());
        some.Output.ShouldContain("2 items added, 0 known before, 3 refused.");
        some.Output.ShouldContain("line 3, ?: This is no sound JSON, at byte");
        some.Output.ShouldContain("line 4, ?: This is no sound JSON, or has a field twice.");
        some.Output.ShouldContain("line 5, e: text holds half a character");
        none.ExitCode.ShouldBe(1, none.ToString());
        none.Output.ShouldContain("line 1, ?: The text is missing");
        none.Output.ShouldContain("line 2, ?: An item is a JSON object");
        none.Output.ShouldContain("line 3, ?: The name of a field holds half a character");
        list.ExitCode.ShouldBe(1, list.ToString());
        list.Output.ShouldContain("item 2, ?: This is no sound JSON, or has a field twice.");
        (await CommandLine.RunAsync("stream", "stats", "desk", "--data", data, "--json")).Json.GetProperty("items").GetInt32().ShouldBe(3);
    }

    [TestMethod]
    public async Task Killed_at_twenty_moments_a_stream_ends_where_an_undisturbed_one_does_byte_for_byte()
    {
        using TempFolder folder = new();
        string items = Items(folder["items.ndjson"], 1_200);
        (await CommandLine.RunAsync("stream", "create", "desk", "--data", folder["first"], "--set", "expiryHours=20000", "--set", "maximumItems=300", "--set", "snapshotSeconds=0")).ExitCode.ShouldBe(0);
        Stopwatch clock = Stopwatch.StartNew();
        (await CommandLine.RunAsync(Add(folder["first"], items))).ExitCode.ShouldBe(0);
        int duration = (int)clock.ElapsedMilliseconds;
        byte[] expected = await StateAsync(folder["first"]);

        Random random = new(11);
        int killed = 0;
        for (int attempt = 0; killed < Kills; attempt++)
        {
            // A stream knows when it was made: both are the same one.
            string data = folder[$"killed-{attempt}"];
            Directory.CreateDirectory(Path.Combine(data, "objects", "streams", "desk"));
            File.Copy(Path.Combine(folder["first"], "objects", "streams", "desk", "stream.json"), Path.Combine(data, "objects", "streams", "desk", "stream.json"));
            while (killed < Kills && await KillAsync(Add(data, items), random.Next(duration)))
            {
                killed++;
            }

            CommandResult last = await CommandLine.RunAsync(Add(data, items));
            last.ExitCode.ShouldBe(0, last.ToString());
            (await StateAsync(data)).ShouldBe(expected, $"after {killed} kills");
        }
    }

    private static string[] Add(string data, string items) => ["stream", "add", "desk", items, "--data", data];

    // False where the command had ended before.
    private static async Task<bool> KillAsync(string[] arguments, int delay)
    {
        using Process process = CommandLine.Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(delay));
        process.Kill();
        await process.WaitForExitAsync();
        await errors;
        return !(await output).Contains("added", StringComparison.Ordinal);
    }

    // What follows the kind and the hash.
    private static async Task<byte[]> StateAsync(string data) => (await File.ReadAllBytesAsync(Snapshots(data)[^1]))[36..];

    private static string[] Snapshots(string data) => [.. Directory.GetFiles(Path.Combine(data, "objects", "streams", "desk", "snapshots")).Order(StringComparer.Ordinal)];

    private static string Items(string path, int count)
    {
        File.WriteAllLines(path, DemoIncidents.Generate(count).Select(i => JsonSerializer.Serialize(new
        {
            id = i.Number,
            text = string.Join('\n', i.Texts),
            time = i.CreatedOn!.Value.ToString("O", CultureInfo.InvariantCulture),
            attributes = new { techCenter = i.TechCenter },
        })));
        return path;
    }
}
