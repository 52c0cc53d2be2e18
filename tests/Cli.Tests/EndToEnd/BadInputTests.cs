using System.Text;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class BadInputTests
{
    [TestMethod]
    public async Task A_file_that_cannot_be_taken_in_at_all_is_refused_with_what_to_do()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["folder.csv"]);

        (await RunAsync(folder, folder["none.csv"])).ShouldHaveFailed(2, $"There is no file '{folder["none.csv"]}'. Check the path");
        (await RunAsync(folder, folder["folder.csv"])).ShouldHaveFailed(2, $"'{folder["folder.csv"]}' is a folder. Name a file in it.");
        Directory.Exists(folder["data"]).ShouldBeFalse("nothing is made for a file that is not there");
        (await RunAsync(folder, folder.Write("empty.csv", ""))).ShouldHaveFailed(1, "empty.csv", "The file is empty. It needs a header line");
        (await RunAsync(folder, folder.Write("header.csv", PlainCsv.Header + "\n"))).ShouldHaveFailed(1, "header.csv", "a header but no rows");
        (await RunAsync(folder, folder.Write("good.csv", PlainCsv.Of([PlainCsv.Row(1)])), "--text-columns", "short_description,titel"))
            .ShouldHaveFailed(2, "There is no column 'titel', which --text-columns names", "number, opened_at, sys_updated_on, short_description, description, assignment_group");
    }

    [TestMethod]
    public async Task Rows_that_cannot_be_used_are_kept_aside_and_the_others_are_clustered()
    {
        using TempFolder folder = new();
        string[] rows = [.. Enumerable.Range(1, 120).Select(row => PlainCsv.Row(row))];
        rows[9] = PlainCsv.Row(10, created: "2026-13-45 10:00:00");
        rows[19] = PlainCsv.Row(20, created: "");
        rows[29] = PlainCsv.Row(30, text: "Printer \u00A7");
        rows[39] = PlainCsv.Row(40, text: " ");
        rows[49] += ",one,too,many";
        rows[59] = PlainCsv.Row(60, text: string.Concat(Enumerable.Repeat("Printer does not print. ", 5 * 1024 * 1024 / 24)));
        string csv = folder.Write("in.csv", PlainCsv.Of(rows));
        MakeInvalidUtf8(csv);

        CommandResult run = await RunAsync(folder, csv, "--json", "--assignments", folder["out.csv"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        Counts(run).ShouldBe((115, 5, 115));
        run.Errors.ShouldContain("Texts longer than 100,000 characters were cut to that length: those of 1 incident.");
        run.Errors.ShouldContain($"Rejected rows: {folder["data/rejects.csv"]}");
        string[] rejects = await File.ReadAllLinesAsync(folder["data/rejects.csv"]);
        rejects[0].ShouldBe("row,line,number,reason");
        rejects.Skip(1).Select(line => string.Join(',', line.Split(',')[..3])).ShouldBe(["10,11,INC0000010", "20,21,INC0000020", "30,31,", "40,41,INC0000040", "50,51,"]);
        string[] reasons = ["date in column opened_at cannot be read", "date in column opened_at is missing", "bytes that are not UTF-8", "has no text", "9 fields, the header has 6"];
        rejects.Skip(1).Zip(reasons).ShouldAllBe(pair => pair.First.Contains(pair.Second, StringComparison.Ordinal));
        int[] bad = [10, 20, 30, 40, 50];
        (await NumbersAsync(folder["out.csv"])).ShouldBe(Enumerable.Range(1, 120).Except(bad).Select(PlainCsv.Number));

        CommandResult undated = await RunAsync(folder, csv, "--json", "--created-column", "none");

        undated.ExitCode.ShouldBe(0, undated.ToString());
        Counts(undated).ShouldBe((117, 3, 117));
        (await File.ReadAllLinesAsync(folder["data/rejects.csv"])).Length.ShouldBe(4, "the rejects are those of the last import");
    }

    [TestMethod]
    public async Task A_quote_left_open_in_row_4000_of_5000_costs_that_row_only()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 5_000, change: (row, record) => row == 4_000 ? "INC4000,2026-03-01 10:00:00,\"Printer does not print,no paper,Workplace\n" : record);

        CommandResult run = await RunAsync(folder, csv, "--json", "--tech-center-column", "none", "--assignments", folder["out.csv"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        Counts(run).ShouldBe((4_999, 1, 4_999));
        string[] rejects = await File.ReadAllLinesAsync(folder["data/rejects.csv"]);
        rejects.Length.ShouldBe(2);
        rejects[1].ShouldStartWith("4000,");
        rejects[1].ShouldContain("Close the quote, or double a quote that belongs to the text.");
        (await NumbersAsync(folder["out.csv"])).Length.ShouldBe(4_999);
    }

    [TestMethod]
    public async Task A_file_without_one_usable_row_fails_and_says_where_the_reasons_are()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 3).Select(row => PlainCsv.Row(row, created: "yesterday"))));

        CommandResult run = await RunAsync(folder, csv, "--json");

        run.ShouldHaveFailed(1, $"None of the 3 rows of '{csv}' can be used.", folder["data/rejects.csv"]);
        (await File.ReadAllLinesAsync(folder["data/rejects.csv"])).Length.ShouldBe(4);
    }

    [TestMethod]
    public async Task Of_rows_with_the_same_number_the_newest_wins_and_the_others_are_rejected()
    {
        using TempFolder folder = new();
        string[] rows =
        [
            .. Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row)),
            PlainCsv.Row(3, updated: "2026-07-01 00:00:00", text: PlainCsv.Text(4)),
            PlainCsv.Row(5, updated: "2026-05-01 00:00:00", text: PlainCsv.Text(4)),
        ];

        CommandResult run = await RunAsync(folder, folder.Write("in.csv", PlainCsv.Of(rows)), "--json", "--assignments", folder["out.csv"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        Counts(run).ShouldBe((100, 2, 100));
        string[] rejects = await File.ReadAllLinesAsync(folder["data/rejects.csv"]);
        rejects[1].ShouldStartWith("3,4,INC0000003,");
        rejects[1].ShouldContain("Row 101 holds a newer version");
        rejects[2].ShouldStartWith("102,103,INC0000005,");
        rejects[2].ShouldContain("Row 5 holds a newer version");
        (await NumbersAsync(folder["out.csv"])).ShouldBe([.. Enumerable.Range(1, 100).Where(row => row != 3).Select(PlainCsv.Number), PlainCsv.Number(3)]);
        Dictionary<string, string> clusters = await ClustersAsync(folder["out.csv"]);
        clusters[PlainCsv.Number(3)].ShouldBe(clusters[PlainCsv.Number(4)], "the newer text is that of row 4");
        clusters[PlainCsv.Number(5)].ShouldBe(clusters[PlainCsv.Number(41)], "its own text is that of row 41, and the older one was not taken");
    }

    [TestMethod]
    public async Task Rows_without_numbers_get_stable_ones_and_equal_rows_stay_apart()
    {
        using TempFolder folder = new();
        string[] rows = [.. Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row)), PlainCsv.Row(1), PlainCsv.Row(1)];
        string csv = folder.Write("in.csv", string.Concat(PlainCsv.Of(rows).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..] + '\n')));

        CommandResult first = await RunAsync(folder, csv, "--json", "--assignments", folder["first.csv"]);
        CommandResult second = await RunAsync(folder, csv, "--json", "--assignments", folder["second.csv"]);

        Counts(first).ShouldBe((102, 0, 102), first.ToString());
        Counts(second).ShouldBe((102, 0, 0), "nothing is new, and nothing is done again");
        second.Json.GetProperty("techCenters")[0].GetProperty("incidents").GetInt32().ShouldBe(102, "the second run adds nothing");
        (await NumbersAsync(folder["first.csv"])).Distinct(StringComparer.Ordinal).Count().ShouldBe(102);
        (await NumbersAsync(folder["second.csv"])).ShouldBe(await NumbersAsync(folder["first.csv"]));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(15)]
    public async Task A_handful_of_incidents_has_a_clear_outcome_and_every_incident_an_assignment(int count)
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, count).Select(row => PlainCsv.Row(row, text: $"Matter {new string((char)('a' + row), 9)} with {new string((char)('z' - row), 7)}"))));

        CommandResult run = await RunAsync(folder, csv, "--json", "--assignments", folder["out.csv"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        JsonElement center = run.Json.GetProperty("techCenters").EnumerateArray().Single();
        center.GetProperty("incidents").GetInt32().ShouldBe(count);
        string[] lines = [.. (await File.ReadAllLinesAsync(folder["out.csv"])).Skip(1)];
        lines.Length.ShouldBe(count);
        lines.Count(line => line.Contains(",Workplace,-1,unclustered,-1,unclustered,-1,unclustered,0", StringComparison.Ordinal)).ShouldBe(center.GetProperty("unclustered").GetInt32());
        if (count < 10)
        {
            center.GetProperty("unclustered").GetInt32().ShouldBe(count);
            center.GetProperty("detail").GetString().ShouldBe($"The window holds too few incidents: {count}, at least 10 are needed.");
        }
    }

    [TestMethod]
    public async Task Incidents_with_one_and_the_same_text_are_one_cluster()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 40).Select(row => PlainCsv.Row(row, text: "The printer on the second floor does not print"))));

        CommandResult run = await RunAsync(folder, csv, "--json", "--assignments", folder["out.csv"]);

        run.ExitCode.ShouldBe(0, run.ToString());
        JsonElement center = run.Json.GetProperty("techCenters").EnumerateArray().Single();
        (center.GetProperty("clusters").GetInt32(), center.GetProperty("unclustered").GetInt32()).ShouldBe((1, 0));
        run.Json.GetProperty("embedded").GetInt32().ShouldBe(1);
        (await ClustersAsync(folder["out.csv"])).Values.ShouldAllBe(cluster => cluster == "0");
    }

    [TestMethod]
    public async Task Incidents_whose_text_is_nothing_but_signs_are_told_and_belong_to_no_cluster()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 42).Select(row => PlainCsv.Row(row, text: row > 40 ? "..." : null))));

        CommandResult run = await RunAsync(folder, csv, "--json", "--assignments", folder["out.csv"]);

        Counts(run).ShouldBe((42, 0, 40), run.ToString());
        run.Errors.ShouldContain("Nothing is left of the text of 2 incidents after cleaning.");
        (await ClustersAsync(folder["out.csv"])).Values.TakeLast(2).ShouldBe(["-1", "-1"]);
    }

    [TestMethod]
    public async Task A_second_import_doubles_nothing_and_a_changed_row_is_embedded_and_assigned_anew()
    {
        using TempFolder folder = new();
        string[] rows = [.. Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row))];
        string csv = folder.Write("in.csv", PlainCsv.Of(rows));
        rows[9] = PlainCsv.Row(10, updated: "2026-08-01 00:00:00", text: PlainCsv.Text(12) + "!");
        string changed = folder.Write("changed.csv", PlainCsv.Of(rows));

        CommandResult first = await RunAsync(folder, csv, "--json", "--assignments", folder["first.csv"]);
        CommandResult again = await RunAsync(folder, csv, "--json", "--assignments", folder["again.csv"]);
        CommandResult newer = await RunAsync(folder, changed, "--json", "--assignments", folder["newer.csv"]);
        CommandResult older = await RunAsync(folder, csv, "--json", "--assignments", folder["older.csv"]);
        CommandResult status = await CommandLine.RunAsync("status", "--data", folder["data"], "--json");

        first.ExitCode.ShouldBe(0, first.ToString());
        again.Json.GetProperty("embedded").GetInt32().ShouldBe(0);
        (await File.ReadAllTextAsync(folder["again.csv"])).ShouldBe(await File.ReadAllTextAsync(folder["first.csv"]));
        newer.Json.GetProperty("embedded").GetInt32().ShouldBe(1);
        Dictionary<string, string> before = await ClustersAsync(folder["first.csv"]);
        Dictionary<string, string> after = await ClustersAsync(folder["newer.csv"]);
        before[PlainCsv.Number(10)].ShouldBe(before[PlainCsv.Number(46)], "it begins with the text of row 46");
        after[PlainCsv.Number(10)].ShouldBe(after[PlainCsv.Number(12)], "its text is now that of row 12");
        older.Json.GetProperty("embedded").GetInt32().ShouldBe(0);
        (await ClustersAsync(folder["older.csv"]))[PlainCsv.Number(10)].ShouldBe(after[PlainCsv.Number(10)], "an older version changes nothing");
        JsonElement center = status.Json.GetProperty("techCenters").EnumerateArray().Single();
        foreach (string count in new[] { "incidents", "preprocessed", "predicted" })
        {
            center.GetProperty(count).GetInt32().ShouldBe(100, count);
        }
    }

    private static Task<CommandResult> RunAsync(TempFolder folder, string csv, params string[] more) => CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"], .. more]);

    private static (int Incidents, int Rejected, int Predictions) Counts(CommandResult run) =>
        (run.Json.GetProperty("incidents").GetInt32(), run.Json.GetProperty("rejected").GetInt32(), run.Json.GetProperty("predictions").GetInt32());

    private static async Task<string[]> NumbersAsync(string assignments) => [.. (await File.ReadAllLinesAsync(assignments)).Skip(1).Select(line => line.Split(',')[0])];

    private static async Task<Dictionary<string, string>> ClustersAsync(string assignments) =>
        (await File.ReadAllLinesAsync(assignments)).Skip(1).Select(line => line.Split(',')).ToDictionary(fields => fields[0], fields => fields[2], StringComparer.Ordinal);

    /// <summary>Puts two bytes that no UTF-8 text holds in the place of the one section sign in the file.</summary>
    private static void MakeInvalidUtf8(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        new byte[] { 0xFF, 0xFE }.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("\u00A7"))));
        File.WriteAllBytes(path, bytes);
    }
}
