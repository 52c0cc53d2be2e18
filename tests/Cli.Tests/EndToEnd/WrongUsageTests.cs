using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class WrongUsageTests
{
    [TestMethod]
    [DataRow("nonsense", "There is no command 'nonsense'. Name one of demo, run,")]
    [DataRow("run --json", "Option '--incidents' is required.")]
    [DataRow("run --incidents in.csv --nonsense", "'--nonsense'")]
    [DataRow("run --incidents in.csv --min-cluster-size 1", "--min-cluster-size is '1'; it must be a whole number of at least 2.")]
    [DataRow("run --incidents in.csv --threads 0", "--threads is '0'; it must be a whole number from 1 to 1024.")]
    [DataRow("run --incidents in.csv --seed many", "--seed is 'many'; it must be a whole number")]
    [DataRow("run --incidents in.csv --text-columns ,", "--text-columns names nothing.")]
    [DataRow("run --incidents in.csv --data \t", "--data has a blank value.")]
    [DataRow("train --year 2026 --quarter 5", "--quarter is '5'; it must be a whole number from 1 to 4.")]
    [DataRow("train --year 2026", "--year and --quarter belong together.")]
    [DataRow("train --quarter 5", "--quarter")]
    [DataRow("preprocess --limit 0", "--limit is '0'")]
    [DataRow("demo --incidents 5", "--incidents is '5'; it must be a whole number from 100 to 1000000.")]
    public async Task A_command_that_cannot_be_understood_is_refused_with_the_option_at_fault(string command, string message) =>
        (await CommandLine.RunAsync(command.Split(' '))).ShouldHaveFailed(2, message);

    [TestMethod]
    public async Task What_the_data_folder_does_not_hold_is_refused_with_what_it_holds()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 5).Select(row => PlainCsv.Row(row))));
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"])).ExitCode.ShouldBe(0);

        (await CommandLine.RunAsync("train", "--data", folder["data"], "--tech-centers", "Network")).ShouldHaveFailed(2, "--tech-centers names 'Network'", "'Workplace'");
        (await CommandLine.RunAsync("predict", "--data", folder["data"], "--tech-center", "Network")).ShouldHaveFailed(2, "--tech-center names 'Network'", "'Workplace'");
        (await CommandLine.RunAsync("train", "--data", folder["typo"])).ShouldHaveFailed(2, $"There is no data folder '{folder["typo"]}'");
        Directory.Exists(folder["typo"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_result_that_could_not_be_written_is_refused_before_the_work_begins()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of([PlainCsv.Row(1)]));
        string[] run = ["run", "--incidents", csv, "--data", folder["data"]];

        (await CommandLine.RunAsync([.. run, "--assignments", Path.GetDirectoryName(csv)!])).ShouldHaveFailed(2, "--assignments names", "is a folder");
        (await CommandLine.RunAsync([.. run, "--report", Path.Combine(csv, "report.html")])).ShouldHaveFailed(1, "--report names", "cannot be written");
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_drill_on_a_warehouse_that_it_could_not_destroy_is_refused_before_anything_is_copied()
    {
        using TempFolder folder = new();
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["Warehouse__Kind"] = "BigQuery" };

        (await CommandLine.RunAsync(["drill", "--data", folder["data"]], environment)).ShouldHaveFailed(2, "deletes no dataset", "BigQuery:Dataset");
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    [DataRow("abc", "'abc' at 'Training:WindowMonths'")]
    [DataRow("0", "Training:WindowMonths is 0; it must be from 1 to 1200.")]
    public async Task A_malformed_setting_is_refused_by_its_name(string value, string message)
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of([PlainCsv.Row(1)]));
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["Training__WindowMonths"] = value };

        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"]], environment)).ShouldHaveFailed(2, message);
    }

    [TestMethod]
    [DataRow("Warehouse__Kind", "Oracle", "Warehouse:Kind is 'Oracle'; in this program it must be Sqlite")]
    [DataRow("ObjectStore__Kind", "Tape", "ObjectStore:Kind is 'Tape'; in this program it must be Files or AzureBlobs or S3")]
    [DataRow("Embedder__Kind", "None", "Embedder:Kind is 'None'; in this program it must be Hybrid or Lexical or Static")]
    [DataRow("Labeller__Kind", "Dice", "Labeller:Kind is 'Dice'; in this program it must be Keywords")]
    public async Task A_kind_of_adapter_that_there_is_not_is_refused_with_those_that_there_are_and_where_to_set_it(string variable, string value, string message)
    {
        using TempFolder folder = new();
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { [variable] = value };

        (await CommandLine.RunAsync(["demo", "--data", folder["data"]], environment)).ShouldHaveFailed(2, message, "local.settings.json", variable);
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task Masking_rules_of_ones_own_replace_the_built_in_ones()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", "number,opened_at,short_description\n1,2026-05-04,Badge B-4711 does not open the gate\n");
        string rules = folder.Write("rules.json", """[{ "name": "badge", "pattern": "\\bB-\\d+", "replacement": "<badge>" }]""");
        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["Masking__RulesFile"] = rules })).ExitCode.ShouldBe(0);
        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["Masking__RulesFile"] = folder["none.json"] }))
            .ShouldHaveFailed(2, "Masking:RulesFile is '");

        using Adapters.Local.HybridEmbedder embedder = new();
        await using Adapters.Local.SqliteWarehouse warehouse = new(folder["data/warehouse.db"]);
        List<string> summaries = [];
        await foreach (Preprocessing.PreprocessedIncident row in warehouse.ReadWindowAsync("default", embedder.ModelId, DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            summaries.Add(row.Summary);
        }

        summaries.ShouldBe(["Badge <badge> does not open the gate"]);
    }
}
