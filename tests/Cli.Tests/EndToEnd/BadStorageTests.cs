using System.Diagnostics;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class BadStorageTests
{
    private const int KilobytesLeft = 128;

    [TestMethod]
    public async Task A_data_folder_that_cannot_be_made_is_named()
    {
        using TempFolder folder = new();
        string csv = WriteIncidents(folder, 1);

        (await CommandLine.RunAsync(Run(csv, csv))).ShouldHaveFailed(1, $"The data folder '{csv}' cannot be used: it is a file.", "--data");
        (await CommandLine.RunAsync(Run(csv, Path.Combine(csv, "data")))).ShouldHaveFailed(1, $"The data folder '{Path.Combine(csv, "data")}' cannot be written", "--data");
    }

    [TestMethod]
    public async Task A_data_folder_on_a_read_only_disk_is_named()
    {
        using TempFolder folder = new();
        using SmallDisk disk = SmallDisk.Mount(folder["disk"], megabytes: 1, readOnly: true);

        (await CommandLine.RunAsync(Run(WriteIncidents(folder, 1), disk.Path))).ShouldHaveFailed(1, $"The data folder '{disk.Path}' cannot be written: Read-only file system", "--data");
    }

    [TestMethod]
    public async Task A_disk_that_fills_up_in_training_costs_no_version_and_the_training_succeeds_once_there_is_space()
    {
        using TempFolder folder = new();
        using SmallDisk disk = SmallDisk.Mount(folder["disk"], megabytes: 8);
        string csv = SampleCsv.Write(folder["in.csv"], 200);
        (await CommandLine.RunAsync([.. Run(csv, disk.Path), "--tech-center-column", "none"])).ExitCode.ShouldBe(0);
        string filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[new DriveInfo(disk.Path).AvailableFreeSpace - (KilobytesLeft * 1024)]);

        CommandResult full = await CommandLine.RunAsync("train", "--data", disk.Path, "--json");
        File.Delete(filler);
        CommandResult validate = await CommandLine.RunAsync("validate", "--data", disk.Path);
        CommandResult train = await CommandLine.RunAsync("train", "--data", disk.Path, "--json");

        full.ShouldHaveFailed(1, disk.Path, "the disk is full", "Free some space and run this step again.");
        validate.ExitCode.ShouldBe(0, validate.ToString());
        validate.Output.ShouldContain("PASS  model of (no tech center): 2026_q2,");
        train.ExitCode.ShouldBe(0, train.ToString());
        train.Json.GetProperty("techCenters")[0].GetProperty("version").GetString().ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task A_disk_without_any_space_is_said_to_be_full()
    {
        using TempFolder folder = new();
        using SmallDisk disk = SmallDisk.Mount(folder["disk"], megabytes: 2);
        string csv = WriteIncidents(folder, 5);
        (await CommandLine.RunAsync(Run(csv, disk.Path))).ExitCode.ShouldBe(0);
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "filler"), new byte[new DriveInfo(disk.Path).AvailableFreeSpace]);

        (await CommandLine.RunAsync(Run(csv, disk.Path))).ShouldHaveFailed(1, "The disk that holds the warehouse", "is full", "Free some space");
    }

    [TestMethod]
    public async Task A_damaged_warehouse_is_named_by_every_command()
    {
        using TempFolder folder = new();
        string csv = WriteIncidents(folder, 1);
        Directory.CreateDirectory(folder["data"]);
        byte[] garbage = new byte[8192];
        new Random(3).NextBytes(garbage);
        await File.WriteAllBytesAsync(folder["data/warehouse.db"], garbage);

        (await CommandLine.RunAsync(Run(csv, folder["data"]))).ShouldHaveFailed(1, $"'{folder["data/warehouse.db"]}' is not a warehouse", "Restore it from a backup");
        (await CommandLine.RunAsync("status", "--data", folder["data"])).ShouldHaveFailed(1, folder["data/warehouse.db"]);
        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);
        validate.ExitCode.ShouldBe(1);
        validate.Output.ShouldContain($"FAIL  data folder: '{folder["data/warehouse.db"]}' is not a warehouse");
    }

    [TestMethod]
    public async Task A_second_process_on_the_same_folder_is_turned_away_and_the_first_goes_on()
    {
        Signals.Require();
        using TempFolder folder = new();
        string csv = WriteIncidents(folder, 120);
        using Process first = CommandLine.Start([.. Run(csv, folder["data"]), "--json"]);
        Task<string> output = first.StandardOutput.ReadToEndAsync();
        await WaitForAsync(first, "Data folder: ");
        Signals.Send(first, "STOP");

        CommandResult second = await CommandLine.RunAsync(Run(csv, folder["data"]));
        CommandResult status = await CommandLine.RunAsync("status", "--data", folder["data"]);
        Signals.Send(first, "CONT");
        await first.StandardError.ReadToEndAsync();
        await first.WaitForExitAsync();

        second.ShouldHaveFailed(1, $"The data folder '{folder["data"]}' is in use by another process.");
        status.ShouldHaveFailed(1, "is in use by another process");
        first.ExitCode.ShouldBe(0);
        using JsonDocument result = JsonDocument.Parse(await output);
        result.RootElement.GetProperty("predictions").GetInt32().ShouldBe(120);
    }

    [TestMethod]
    public async Task A_run_that_is_interrupted_says_so_and_goes_on_when_it_is_started_again()
    {
        Signals.Require();
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 2_000);
        string[] command = [.. Run(csv, folder["data"]), "--tech-center-column", "none", "--json"];
        using Process first = CommandLine.Start(command, program: "env", programArguments: ["--default-signal=INT", "dotnet"]);
        Task<string> output = first.StandardOutput.ReadToEndAsync();
        await WaitForAsync(first, "Training: 0 of 1");
        Signals.Send(first, "INT");
        string errors = await first.StandardError.ReadToEndAsync();
        await first.WaitForExitAsync();

        CommandResult stopped = new(first.ExitCode, await output, errors);
        stopped.ShouldHaveFailed(130, "Stopped. What is done is kept; start the same command again to go on.");
        CommandResult second = await CommandLine.RunAsync(command);
        second.ExitCode.ShouldBe(0, second.ToString());
        second.Json.GetProperty("embedded").GetInt32().ShouldBe(0, "the texts were embedded before the interruption");
        second.Json.GetProperty("predictions").GetInt32().ShouldBe(2_000);
    }

    private static string[] Run(string csv, string data) => ["run", "--incidents", csv, "--data", data];

    private static string WriteIncidents(TempFolder folder, int count) => folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, count).Select(row => PlainCsv.Row(row))));

    private static async Task WaitForAsync(Process process, string line)
    {
        while (await process.StandardError.ReadLineAsync() is string read)
        {
            if (read.StartsWith(line, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The process ended without '{line}'.");
    }
}
