using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>Texts that try to act, sent through the import, and shown by each verb that shows texts: none of them reaches the console as anything but text.</summary>
[TestClass]
[DoNotParallelize] // One process at a time uses a data folder.
public sealed class HostileTextsTests
{
    private static TempFolder _folder = null!;
    private static CommandResult _run = null!;

    public static IEnumerable<object[]> Verbs =>
    [
        ["problems --sort label --limit 200"], ["search printer --top 100"], ["status"], ["validate"], ["alerts list"], ["drift"], ["report weekly"], ["models list"], ["runs list"], ["dataset list"], ["predict"],
        ["retain --months 1200 --dry-run"], ["archive"],
    ];

    [ClassInitialize]
    public static async Task ImportAsync(TestContext _)
    {
        _folder = new TempFolder();
        string csv = HostileTexts.WriteCsv(_folder["=1+1 [red]in\u001b[31m\u202e.csv"], 12);
        _run = await CommandLine.RunAsync("run", "--incidents", csv, "--data", Data, "--report", _folder["report.html"], "--assignments", _folder["problems.csv"], "--allow-rejects", "--min-cluster-size", "5");
    }

    [ClassCleanup]
    public static void Close() => _folder.Dispose();

    private static string Data => _folder["data"];

    [TestMethod]
    public void A_run_over_them_ends_and_prints_text_alone()
    {
        _run.ExitCode.ShouldBe(0, _run.ToString());

        HostileTexts.Active(_run.Output).ShouldBeEmpty(_run.Output);
        HostileTexts.Active(_run.Errors).ShouldBeEmpty(_run.Errors);
    }

    [TestMethod]
    [DynamicData(nameof(Verbs))]
    public async Task A_verb_prints_them_as_text(string verb)
    {
        CommandResult shown = await CommandLine.RunAsync([.. Arguments(verb), "--data", Data]);
        CommandResult json = await CommandLine.RunAsync([.. Arguments(verb), "--data", Data, "--json"]);

        shown.ExitCode.ShouldBe(0, $"{verb}: {shown}");
        HostileTexts.Active(shown.Output + shown.Errors).ShouldBeEmpty($"{verb}: {shown}");

        // JSON is for programs, which have the texts as they are; control characters are escaped in it.
        json.Output.Where(c => char.IsControl(c) && c != '\n').ShouldBeEmpty($"{verb}: {json}");
        json.Json.ValueKind.ShouldBe(JsonValueKind.Object, verb);
    }

    [TestMethod]
    public async Task A_problem_of_them_and_a_stream_of_them_are_printed_as_text()
    {
        CommandResult listed = await CommandLine.RunAsync("problems", "--data", Data, "--json", "--limit", "200");
        JsonElement[] problems = [.. listed.Json.GetProperty("problems").EnumerateArray()];
        problems.ShouldNotBeEmpty();
        foreach (JsonElement problem in problems.Take(3))
        {
            CommandResult shown = await CommandLine.RunAsync("problems", "--data", Data, "--tech-center", problem.GetProperty("techCenter").GetString()!, "--id", problem.GetProperty("id").ToString());
            shown.ExitCode.ShouldBe(0, shown.ToString());
            HostileTexts.Active(shown.Output + shown.Errors).ShouldBeEmpty(shown.ToString());
        }

        string items = _folder["items.ndjson"];
        await File.WriteAllLinesAsync(items, HostileTexts.All.SelectMany(text => Enumerable.Range(0, 4).Select(i => JsonSerializer.Serialize(new { id = $"{text.Key}-{i}", text = text.Value, techCenter = text.Value[..Math.Min(40, text.Value.Length)] }))));
        foreach (string verb in (string[])["create desk", $"add desk\n{items}", "clusters desk", "stats desk", "search desk\nprinter jam"])
        {
            CommandResult shown = await CommandLine.RunAsync(["stream", .. verb.Split('\n')[0].Split(' '), .. verb.Split('\n').Skip(1), "--data", Data]);
            shown.Errors.ShouldNotContain("This should not have happened");
            HostileTexts.Active(shown.Output + shown.Errors).ShouldBeEmpty($"stream {verb}: {shown}");
        }
    }

    [TestMethod]
    public async Task The_assignments_and_the_rejects_hold_no_formula_for_a_spreadsheet()
    {
        string[] files = [_folder["problems.csv"], .. Directory.GetFiles(Data, "rejects*.csv")];
        int cells = 0;
        foreach (string file in files)
        {
            using StreamReader text = new(file);
            using CsvHelper.CsvReader csv = new(text, System.Globalization.CultureInfo.InvariantCulture);
            while (await csv.ReadAsync())
            {
                foreach (string cell in csv.Parser.Record!)
                {
                    cells++;
                    (cell.Length == 0 || !"=+-@\t\r\n＝＋－＠".Contains(cell[0], StringComparison.Ordinal) || double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out double _)).ShouldBeTrue($"{file}: {cell}");
                }
            }
        }

        cells.ShouldBeGreaterThan(500);
    }

    [TestMethod]
    public async Task No_file_is_made_outside_the_folders_that_were_named()
    {
        string root = Path.GetDirectoryName(Data)!;
        string[] made = Directory.GetFiles(root, "*", SearchOption.AllDirectories);

        made.Select(Path.GetFileName).Where(name => name!.Any(char.IsControl)).Where(name => !name!.EndsWith(".csv", StringComparison.Ordinal)).ShouldBeEmpty();
        File.Exists("/tmp/owned").ShouldBeFalse();
        (await File.ReadAllTextAsync(_folder["report.html"])).ShouldNotContain("<img src=x onerror");
    }

    private static string[] Arguments(string verb) => verb.Split(' ');
}
