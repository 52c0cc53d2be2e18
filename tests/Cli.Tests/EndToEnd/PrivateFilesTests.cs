using System.Diagnostics;
using System.Runtime.Versioning;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows, IgnoreMessage = "Windows gives a file the rights of its folder: this test is skipped.")]
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [TestMethod]
    public async Task No_other_user_can_read_what_a_run_writes()
    {
        using TempFolder folder = new();

        await RunAsync(folder);

        File.GetUnixFileMode(folder["data"]).ShouldBe(OwnFolder);
        string[] results = [folder["out.csv"], folder["report.html"]];
        string[] files = [.. Directory.EnumerateFiles(folder["data"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }), .. results];
        files.ShouldContain(file => file == folder["data/warehouse.db"]);
        files.ShouldContain(file => file == folder["data/rejects.csv"]);
        files.ShouldAllBe(file => File.GetUnixFileMode(file) == OwnFile);
        Directory.EnumerateDirectories(folder["data"], "*", SearchOption.AllDirectories).ShouldAllBe(inner => File.GetUnixFileMode(inner) == OwnFolder);
    }

    [TestMethod]
    public async Task A_setting_leaves_the_rights_to_the_umask()
    {
        using TempFolder folder = new();

        await RunAsync(folder, ("Data__Shared", "true"));

        foreach (string path in new[] { "data", "data/warehouse.db", "out.csv", "report.html" })
        {
            File.GetUnixFileMode(folder[path]).HasFlag(UnixFileMode.OtherRead).ShouldBeTrue(path);
        }
    }

    [TestMethod]
    public async Task A_folder_that_others_could_read_is_closed_at_the_next_start()
    {
        using TempFolder folder = new();
        await RunAsync(folder, ("Data__Shared", "true"));

        (await CommandLine.RunAsync("status", "--data", folder["data"])).ExitCode.ShouldBe(0);

        foreach (string path in new[] { "data", "data/warehouse.db", "data/objects", "data/report.html" })
        {
            (File.GetUnixFileMode(folder[path]) & Others).ShouldBe(UnixFileMode.None, path);
        }
    }

    [TestMethod]
    public async Task A_folder_in_which_other_things_lie_keeps_its_rights()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["data"], OwnFolder | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        folder.Write("data/notes.txt", "mine");
        UnixFileMode before = File.GetUnixFileMode(folder["data"]);

        await RunAsync(folder);

        File.GetUnixFileMode(folder["data"]).ShouldBe(before);
        File.GetUnixFileMode(folder["data/warehouse.db"]).ShouldBe(OwnFile);
        File.GetUnixFileMode(folder["data/objects"]).ShouldBe(OwnFolder);
    }

    private static async Task RunAsync(TempFolder folder, params (string Name, string Value)[] settings)
    {
        string csv = folder.Write("in.csv", PlainCsv.Of([.. Enumerable.Range(1, 40).Select(row => PlainCsv.Row(row)), PlainCsv.Row(41, created: "soon")]));
        string[] command = ["run", "--incidents", csv, "--data", folder["data"], "--assignments", folder["out.csv"], "--report", folder["report.html"]];

        // The umask of most systems, whatever this test was started with.
        using Process process = CommandLine.Start(command, settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal), "sh", "-c", "umask 022; exec dotnet \"$@\"", "sh");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await output + errors);
    }
}
