using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Tests.Support;
using Pipeline.Incidents;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>Real inputs that once ended in a wrong result, through the command as its users run it.</summary>
[TestClass]
public sealed class IntakeCasesTests
{
    [TestMethod]
    public async Task Tech_centers_that_differ_by_case_are_all_trained()
    {
        using TempFolder folder = new();
        CommandResult run = await RunAsync(folder, SharedFiles.Require("cases/tech-centers-that-differ-by-case/input.csv"), "--json");

        run.ExitCode.ShouldBe(0, run.ToString());
        JsonElement[] centers = [.. run.Json.GetProperty("techCenters").EnumerateArray()];
        centers.Select(c => c.GetProperty("name").GetString()).ShouldBe(["HARDWARE", "Hardware"]);
        centers.ShouldAllBe(c => c.GetProperty("version").GetString() == "2026_q2" && c.GetProperty("incidents").GetInt32() == 40);
        Directory.Exists(folder["data/objects/hdbscan-models/hardware"]).ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_tech_center_with_a_long_name_leaves_the_table_as_it_is()
    {
        using TempFolder folder = new();
        CommandResult run = await RunAsync(folder, SharedFiles.Require("cases/long-tech-center-empties-the-table/input.csv"));

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("│ Service category > Guidance on the use … │");
        run.Output.ShouldContain("Biggest problems");
    }

    [TestMethod]
    [DataRow("one-future-date/input.csv", 80)]
    [DataRow("placeholder-date-9999/input.csv", 40)]
    public async Task A_wrong_date_costs_its_row_and_nothing_else(string file, int incidents)
    {
        using TempFolder folder = new();
        CommandResult run = await RunAsync(folder, SharedFiles.Require("cases/" + file), "--json");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Json.GetProperty("rejected").GetInt32().ShouldBe(1);
        JsonElement center = run.Json.GetProperty("techCenters").EnumerateArray().Single();
        center.GetProperty("incidents").GetInt32().ShouldBe(incidents);
        center.GetProperty("clusters").GetInt32().ShouldBeGreaterThan(1);
        (await File.ReadAllTextAsync(folder["data/rejects.csv"])).ShouldContain("it must lie between 1990-01-01 and ");
    }

    [TestMethod]
    public async Task A_folder_in_which_a_wrong_date_was_stored_before_is_usable()
    {
        using TempFolder folder = new();
        await using (SqliteWarehouse warehouse = new(folder["data/warehouse.db"]))
        {
            await warehouse.InitializeAsync();
            await warehouse.UpsertIncidentsAsync([new Incident { Number = "INC0000041", CreatedOn = new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero), Texts = ["Order problem", "order 26 cannot be saved, timeout"], TechCenter = "Desk" }]);
        }

        CommandResult run = await RunAsync(folder, SharedFiles.Require("cases/placeholder-date-9999/corrected.csv"), "--json", "--report", folder["report.html"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        JsonElement center = run.Json.GetProperty("techCenters").EnumerateArray().Single();
        (center.GetProperty("incidents").GetInt32(), center.GetProperty("version").GetString()).ShouldBe((40, "2026_q1"));
        run.Json.GetProperty("predictions").GetInt32().ShouldBe(41);
        new FileInfo(folder["report.html"]).Length.ShouldBeLessThan(500_000, "there are no weeks up to the year 9999");
    }

    [TestMethod]
    public async Task A_file_that_leaves_its_dates_open_is_wrong_usage_and_stores_nothing()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 12).Select(row => PlainCsv.Row(row, created: $"0{1 + (row % 5)}/0{6 + (row % 3)}/2025 10:00", updated: ""))));

        (await RunAsync(folder, csv)).ShouldHaveFailed(2, csv, "column opened_at", "--day-first", "--date-format");

        CommandResult first = await RunAsync(folder, csv, "--day-first", "--json");
        CommandResult month = await RunAsync(folder, csv, "--day-first", "false", "--json");
        first.ExitCode.ShouldBe(0, first.ToString());
        month.ExitCode.ShouldBe(0, month.ToString());
        (first.Json.GetProperty("incidents").GetInt32(), month.Json.GetProperty("incidents").GetInt32()).ShouldBe((12, 12));
    }

    [TestMethod]
    public async Task Assignments_do_nothing_in_a_spreadsheet_unless_they_are_for_a_machine()
    {
        using TempFolder folder = new();
        string[] rows = [.. Enumerable.Range(1, 30).Select(row => PlainCsv.Row(row))];
        rows[0] = "=1+1," + rows[0][(rows[0].IndexOf(',', StringComparison.Ordinal) + 1)..];
        string csv = folder.Write("in.csv", PlainCsv.Of(rows));

        (await RunAsync(folder, csv, "--assignments", folder["sheet.csv"])).ExitCode.ShouldBe(0);
        (await RunAsync(folder, csv, "--assignments", folder["raw.csv"], "--raw-csv")).ExitCode.ShouldBe(0);

        string[] sheet = await File.ReadAllLinesAsync(folder["sheet.csv"]);
        sheet[1].ShouldStartWith("'=1+1,Workplace,");
        (await File.ReadAllLinesAsync(folder["raw.csv"]))[1].ShouldBe(sheet[1][1..]);
        sheet.ShouldAllBe(line => !line.Contains(",'-1", StringComparison.Ordinal));
    }

    private static Task<CommandResult> RunAsync(TempFolder folder, string file, params string[] more) => CommandLine.RunAsync(["run", "--incidents", file, "--data", folder["data"], .. more]);
}
