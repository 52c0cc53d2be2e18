using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary><c>backup</c>, <c>backups</c>, <c>restore</c> and <c>drill</c> as a person uses them, also where they are killed.</summary>
// All of them work on one data folder, which one process at a time may use.
[TestClass]
[DoNotParallelize]
public sealed class BackupTests
{
    private static readonly TempFolder Folder = new();
    private static readonly string Data = Folder["data"];
    private static readonly string Store = Folder["data-backups"];

    [ClassInitialize]
    public static async Task Run(TestContext _) => (await CommandLine.RunAsync("run", "--incidents", SampleCsv.Write(Folder["in.csv"], 300), "--data", Data)).ExitCode.ShouldBe(0);

    [ClassCleanup]
    public static void Remove() => Folder.Dispose();

    [TestMethod]
    public async Task A_data_folder_is_backed_up_and_restored_elsewhere_with_its_problems()
    {
        JsonElement made = (await CommandLine.RunAsync("backup", "--data", Data, "--store", Folder["others"], "--json")).Json.GetProperty("backup");
        string id = made.GetProperty("id").GetString()!;
        (await CommandLine.RunAsync("backup", "--type", "incremental", "--data", Data, "--store", Folder["others"])).Output.ShouldContain("Nothing has changed since the last backup.");
        (await CommandLine.RunAsync("backups", "--store", Folder["others"], "--json")).Json.GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("id").GetString()).ShouldBe([id]);
        (await CommandLine.RunAsync("backup", "verify", id, "--store", Folder["others"])).Output.ShouldContain("all as they were written");

        CommandResult restored = await CommandLine.RunAsync("restore", "latest", "--data", Folder["elsewhere"], "--store", Folder["others"]);
        restored.ExitCode.ShouldBe(0, restored.ToString());
        (await ProblemsAsync(Folder["elsewhere"])).ShouldBe(await ProblemsAsync(Data));
        (await CommandLine.RunAsync("validate", "--data", Folder["elsewhere"])).ExitCode.ShouldBe(0);

        (await CommandLine.RunAsync("restore", "latest", "--data", Folder["elsewhere"], "--store", Folder["others"])).ShouldHaveFailed(1, "not empty", "--replace");
        string part = Directory.EnumerateFiles(Path.Combine(Folder["others"], "backups", id, "tables", "incidents")).First();
        await File.WriteAllTextAsync(part, "damaged");
        CommandResult damaged = await CommandLine.RunAsync("restore", id, "--replace", "--data", Folder["elsewhere"], "--store", Folder["others"]);
        damaged.ExitCode.ShouldBe(1);
        damaged.Errors.ShouldContain("Damaged and left out: 300 rows of the table incidents");
        (await CommandLine.RunAsync("restore", "none", "--data", Folder["elsewhere"], "--store", Folder["others"])).ShouldHaveFailed(2, "There is no backup 'none'");
        Directory.Exists(Folder["elsewhere"]).ShouldBeTrue();
        (await CommandLine.RunAsync("restore", "none", "--data", Folder["new"], "--store", Folder["others"])).ShouldHaveFailed(2, "There is no backup 'none'");
        Path.Exists(Folder["new"]).ShouldBeFalse("what is refused leaves nothing");
    }

    [TestMethod]
    public async Task A_folder_that_serves_is_not_restored_into_by_a_command()
    {
        await using ServingProcess host = await ServingProcess.StartAsync(Folder["served"]);

        (await CommandLine.RunAsync("restore", "latest", "--replace", "--data", Folder["served"], "--store", Store)).ShouldHaveFailed(1, "in use by another process");
    }

    [TestMethod]
    public async Task Killed_again_and_again_a_backup_and_a_restore_lose_nothing()
    {
        string[] backup = ["backup", "--data", Data], restore = ["restore", "latest", "--data", Folder["after-kills"], "--store", Store];
        foreach (int delay in (int[])[0, 300])
        {
            await CommandLine.KillAsync(backup, "Backing up", delay);
        }

        (await CommandLine.RunAsync(backup)).ExitCode.ShouldBe(0);
        foreach (string id in (await CommandLine.RunAsync("backups", "--data", Data, "--json")).Json.GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("id").GetString()!))
        {
            (await CommandLine.RunAsync("backup", "verify", id, "--data", Data)).ExitCode.ShouldBe(0, id);
        }

        bool isWhole = false;
        foreach (int delay in (int[])[0, 200])
        {
            if (!isWhole)
            {
                await CommandLine.KillAsync(restore, "Restoring", delay);
                isWhole = await WorksAsync(Folder["after-kills"]);
            }
        }

        if (!isWhole)
        {
            CommandResult last = await CommandLine.RunAsync(restore);
            last.ExitCode.ShouldBe(0, last.ToString());
        }

        (await ProblemsAsync(Folder["after-kills"])).ShouldBe(await ProblemsAsync(Data));
        (await CommandLine.RunAsync("validate", "--data", Folder["after-kills"])).ExitCode.ShouldBe(0);
    }

    // On a busy machine a restore may have ended before it is killed. One that has not lets nobody work.
    private static async Task<bool> WorksAsync(string data)
    {
        CommandResult work = await CommandLine.RunAsync("preprocess", "--data", data);
        if (work.ExitCode != 0)
        {
            work.ShouldHaveFailed(1, "is being restored");
        }

        return work.ExitCode == 0;
    }

    [TestMethod]
    public async Task A_drill_destroys_a_copy_and_finds_what_was_restored_elsewhere_the_same_to_the_byte()
    {
        CommandResult drill = await CommandLine.RunAsync("drill", "--data", Data, "--work", Folder["work"], "--json");

        drill.ExitCode.ShouldBe(0, drill.ToString());
        JsonElement report = drill.Json;
        (report.GetProperty("passed").GetBoolean(), report.GetProperty("sameClusters").GetBoolean(), report.GetProperty("samePredictions").GetBoolean(), report.GetProperty("keptSinceFull").GetBoolean()).ShouldBe((true, true, true, true));
        report.GetProperty("rows").GetInt64().ShouldBeGreaterThan(900);
        report.GetProperty("recoverySeconds").GetDouble().ShouldBeGreaterThan(0);
        Directory.Exists(Folder["work"]).ShouldBeFalse();
        (await File.ReadAllTextAsync(Path.Combine(Data, "drill.md"))).ShouldContain("| predictions | the same to the byte |");
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "drill.json"))).RootElement.GetProperty("passed").GetBoolean().ShouldBeTrue();
    }

    private static async Task<string> ProblemsAsync(string data) => (await CommandLine.RunAsync("problems", "--data", data, "--json")).Output;
}
