using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Archive;
using Pipeline.Cli.Tests.Support;
using Pipeline.Incidents;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary><c>archive</c> and <c>erase</c>, as a person uses them.</summary>
[TestClass]
public sealed class RetentionTests
{
    private const int Count = 400;
    private static readonly Dictionary<string, string> ShortWindow = new(StringComparer.Ordinal) { ["Training__WindowMonths"] = "1" };
    private static readonly DateTimeOffset First = new(2024, 1, 1, 8, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task Killed_again_and_again_an_archiving_loses_and_doubles_nothing()
    {
        using TempFolder folder = new();
        await FillAsync(folder["data"]);
        string[] archive = ["archive", "--data", folder["data"], "--older-than-months", "1"];
        int killed = 0;
        foreach (int delay in (int[])[0, 150, 300, 500, 800])
        {
            killed += await CommandLine.KillAsync(archive, "Archiving", delay, ShortWindow) ? 1 : 0;
        }

        CommandResult last = await CommandLine.RunAsync([.. archive, "--json"], ShortWindow);

        killed.ShouldBeGreaterThan(0);
        last.ExitCode.ShouldBe(0, last.ToString());
        await using SqliteWarehouse warehouse = new(folder["data/warehouse.db"]);
        List<string> all = [.. (await warehouse.ReadChangesAsync(0, 1000)).Select(c => c.Incident.Number)];
        int kept = all.Count;
        FileObjectStore objects = new(folder["data/objects"]);
        foreach (string file in await objects.ListAsync("archive/").Select(item => item.Name).ToArrayAsync())
        {
            all.AddRange(await NumbersAsync(objects, file));
        }

        all.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Count).Select(i => $"INC{i:000}"));
        kept.ShouldBeInRange(28, 32, "a month stays");
    }

    [TestMethod]
    public async Task An_incident_that_is_erased_is_gone_and_the_command_says_from_where()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 600);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none")).ExitCode.ShouldBe(0);
        string number;
        await using (SqliteWarehouse warehouse = new(folder["data/warehouse.db"]))
        {
            number = (await warehouse.ReadChangesAsync(0, 1))[0].Incident.Number;
        }

        CommandResult erased = await CommandLine.RunAsync("erase", "--number", number, "--data", folder["data"], "--json");
        CommandResult again = await CommandLine.RunAsync("erase", "--number", number, "--data", folder["data"]);

        erased.ExitCode.ShouldBe(0, erased.ToString());
        erased.Json.GetProperty("state").GetString().ShouldBe("erased");
        JsonElement removed = erased.Json.GetProperty("removed");
        (removed.GetProperty("incidents").GetInt32(), removed.GetProperty("preprocessed").GetInt32(), removed.GetProperty("predictions").GetInt32()).ShouldBe((1, 1, 1));
        erased.Output.ShouldNotContain(number);
        again.ExitCode.ShouldBe(0, again.ToString());
        again.Output.ShouldStartWith("Nothing of it was found. The record ");
        File.Exists(folder["data/report.html"]).ShouldBeFalse();
        CommandResult validated = await CommandLine.RunAsync("validate", "--data", folder["data"]);
        validated.ExitCode.ShouldBe(0, validated.ToString());
        (await CommandLine.RunAsync("predict", "--data", folder["data"])).ExitCode.ShouldBe(0);
    }

    [TestMethod]
    public async Task Wrong_use_is_refused_with_what_to_do()
    {
        using TempFolder folder = new();
        await FillAsync(folder["data"]);

        (await CommandLine.RunAsync("archive", "--data", folder["data"], "--older-than-months", "12")).ShouldHaveFailed(2, "A training looks back 24 months");
        (await CommandLine.RunAsync("archive", "--data", folder["data"], "--dataset", "survey")).ShouldHaveFailed(2, "There is no data set 'survey'. Known: 'household-survey', 'incidents'.");
        (await CommandLine.RunAsync("erase", "--data", folder["data"])).ExitCode.ShouldBe(2);
        (await CommandLine.RunAsync(["archive", "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["Archive__AfterMonths"] = "3" }))
            .ShouldHaveFailed(2, "Archive:AfterMonths is 3; it must be from 24 to 1200.");
    }

    private static async Task FillAsync(string data)
    {
        Directory.CreateDirectory(data);
        await using SqliteWarehouse warehouse = new(Path.Combine(data, "warehouse.db"));
        await warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, Count).Select(i => new Incident { Number = $"INC{i:000}", CreatedOn = First.AddDays(i), Texts = [$"text {i}"], TechCenter = "Desk" })]);
    }

    private static async Task<List<string>> NumbersAsync(FileObjectStore objects, string file)
    {
        await using Stream stream = (await objects.OpenReadAsync(file)).ShouldNotBeNull();
        return [.. (await Parquet.Serialization.ParquetSerializer.DeserializeAsync<ArchivedRow>(stream)).Data.Select(row => row.Number)];
    }
}
