using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class ImportTests
{
    [TestMethod]
    public async Task Import_takes_files_in_and_run_trains_only_where_something_is_new()
    {
        using TempFolder folder = new();
        string first = folder.Write("first.csv", PlainCsv.Of(Enumerable.Range(1, 60).Select(row => PlainCsv.Row(row))));
        string other = folder.Write("other.csv", PlainCsv.Of(Enumerable.Range(61, 60).Select(row => PlainCsv.Row(row).Replace("Workplace", "Network", StringComparison.Ordinal))));

        CommandResult import = await CommandLine.RunAsync("import", first, other, "--data", folder["data"], "--json");
        CommandResult status = await CommandLine.RunAsync("status", "--data", folder["data"], "--json");
        CommandResult run = await RunAsync(folder, first);
        string[] models = Models(folder);
        CommandResult again = await RunAsync(folder, first);

        import.ExitCode.ShouldBe(0, import.ToString());
        import.Json.GetProperty("files").EnumerateArray().Select(f => (f.GetProperty("accepted").GetInt32(), f.GetProperty("added").GetInt32())).ShouldBe([(60, 60), (60, 60)]);
        status.Json.GetProperty("waitingForPreprocessing").GetInt32().ShouldBe(120);
        Versions(run).ShouldBe(["2026_q2", "2026_q2"]);
        Versions(again).ShouldBe(["2026_q2", "2026_q2"]);
        (again.Json.GetProperty("embedded").GetInt32(), again.Json.GetProperty("predictions").GetInt32()).ShouldBe((0, 0));
        Models(folder).ShouldBe(models, "an unchanged file publishes nothing");

        string more = folder.Write("more.csv", PlainCsv.Of(Enumerable.Range(121, 20).Select(row => PlainCsv.Row(row))));
        Versions(await RunAsync(folder, more)).ShouldBe(["2026_q2", "2026_q2_r2"], "only the tech center with new incidents is trained");
    }

    [TestMethod]
    public async Task A_file_that_is_refused_keeps_no_other_from_being_taken_in()
    {
        using TempFolder folder = new();
        string bad = folder.Write("bad.csv", PlainCsv.Of(Enumerable.Range(1, 10).Select(row => PlainCsv.Row(row, created: "soon"))));
        string good = folder.Write("good.csv", PlainCsv.Of(Enumerable.Range(1, 10).Select(row => PlainCsv.Row(row))));
        using (ZipArchive archive = await ZipFile.OpenAsync(folder["two.zip"], ZipArchiveMode.Create))
        {
            await archive.CreateEntryFromFileAsync(bad, "bad.csv");
            await archive.CreateEntryFromFileAsync(good, "good.csv");
        }

        CommandResult import = await CommandLine.RunAsync("import", folder["two.zip"], "--data", folder["data"], "--json");

        import.ExitCode.ShouldBe(1, import.ToString());
        import.Json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("accepted").GetInt32()).ShouldBe([0, 10]);
        import.Json.GetProperty("files")[0].GetProperty("problem").GetString()!.ShouldContain("None of the 10 rows");
        File.Exists(folder["data/rejects-two.zip-bad.csv.csv"]).ShouldBeTrue();
    }

    [TestMethod]
    public async Task Standard_input_is_a_file_too()
    {
        using TempFolder folder = new();
        using Process process = Start(folder, "import", "-", "--data", folder["data"], "--json");
        await process.StandardInput.WriteAsync(PlainCsv.Of(Enumerable.Range(1, 10).Select(row => PlainCsv.Row(row))));
        process.StandardInput.Close();
        using JsonDocument result = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0);
        result.RootElement.GetProperty("files")[0].GetProperty("accepted").GetInt32().ShouldBe(10);
    }

    [TestMethod]
    public async Task Without_a_data_folder_the_only_one_there_is_is_used_and_several_are_named()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 12).Select(row => PlainCsv.Row(row))));

        (await RunHereAsync(folder, "status")).ShouldBe((2, true, "There is no data folder in"));
        Directory.Exists(folder["pipeline-data"]).ShouldBeFalse("a question makes no folder");
        (await RunHereAsync(folder, "import", csv)).Code.ShouldBe(0);
        (await RunHereAsync(folder, "preprocess")).Code.ShouldBe(0);
        (await CommandLine.RunAsync("import", csv, "--data", folder["pipeline-data/second"])).ExitCode.ShouldBe(0);
        foreach (string verb in new[] { "status", "preprocess", "predict", "train" })
        {
            (await RunHereAsync(folder, verb)).ShouldBe((2, true, "There are 2 data folders: 'pipeline-data', 'pipeline-data/second'. Name one of them with --data."), verb);
        }

        async Task<(int Code, bool Told, string Expected)> RunHereAsync(TempFolder at, params string[] arguments)
        {
            using Process process = Start(at, arguments);
            process.StandardInput.Close();
            string errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            string expected = Directory.Exists(at["pipeline-data/second"]) ? "There are 2 data folders: 'pipeline-data', 'pipeline-data/second'. Name one of them with --data." : "There is no data folder in";
            return (process.ExitCode, errors.Contains(expected, StringComparison.Ordinal), expected);
        }
    }

    private static Task<CommandResult> RunAsync(TempFolder folder, string file) => CommandLine.RunAsync("run", "--incidents", file, "--data", folder["data"], "--json");

    private static IEnumerable<string?> Versions(CommandResult run) => run.Json.GetProperty("techCenters").EnumerateArray().Select(c => c.GetProperty("version").GetString());

    private static string[] Models(TempFolder folder) =>
        [.. Directory.GetFiles(folder["data/objects/hdbscan-models"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}")];

    private static Process Start(TempFolder folder, params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", ["exec", CommandLine.Program, .. arguments])
    {
        WorkingDirectory = folder["."],
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
