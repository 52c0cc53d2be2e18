using System.Text;
using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class ImportIncidentsTests : IDisposable
{
    private const string Header = "number,opened_at,sys_updated_on,description\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private readonly RecordingWarehouse _warehouse = new();

    private string Source => Path.Combine(_folder, "in.csv");

    private string Rejects => Path.Combine(_folder, "out", "rejects.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public async Task A_file_is_stored_in_batches_and_counted()
    {
        var reports = new List<IntakeProgress>();
        IntakeResult result = await ImportAsync(Header + string.Concat(Enumerable.Range(0, 2500).Select(i => $"N{i},2026-01-01,,text {i}\n")), new Recorder(reports));

        _warehouse.BatchSizes.ShouldBe([1000, 1000, 500]);
        (result.Accepted, result.Rejected, result.Added, result.Changed, result.Unchanged).ShouldBe((2500, 0, 2500, 0, 0));
        result.Numbers.ShouldBe(Enumerable.Range(0, 2500).Select(i => $"N{i}"));
        reports[^1].ShouldBe(new IntakeProgress(2500, 1));
        reports.Select(report => report.Share).ShouldBeInOrder();
        File.Exists(Rejects).ShouldBeFalse();
    }

    [TestMethod]
    [DataRow("tech_center")]
    [DataRow("Tech Center")]
    public async Task The_archive_s_own_name_of_the_tech_center_is_known(string column)
    {
        IntakeResult result = await ImportAsync($"number,opened_at,description,{column}\nA,2026-01-01,text,Network\n");

        _warehouse.Incidents["A"].TechCenter.ShouldBe("Network");
        result.Remarks.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task That_no_column_holds_the_tech_center_is_remarked_on_unless_it_was_said()
    {
        string text = "number,opened_at,description,Team\nA,2026-01-01,text,Network\n";

        IntakeResult result = await ImportAsync(text);
        IntakeResult said = await ImportIncidents.ImportAsync(Source, new IntakeOptions { TechCenterColumn = "none" }, _warehouse);

        result.Remarks.ShouldHaveSingleItem().ShouldStartWith("No column holds the tech center, so all rows belong to 'default'. Name the column with --tech-center-column NAME");
        said.Remarks.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Importing_again_changes_nothing()
    {
        string text = "text\nsame\nsame\nother\n";
        var options = new IntakeOptions { CreatedColumn = "none", TextColumns = ["text"] };
        await File.WriteAllTextAsync(Source, text);
        await ImportIncidents.ImportAsync(Source, options, _warehouse);
        IntakeResult again = await ImportIncidents.ImportAsync(Source, options, _warehouse);
        (again.Added, again.Changed, again.Unchanged).ShouldBe((0, 0, 3));
        _warehouse.Incidents.Count.ShouldBe(3);
    }

    [TestMethod]
    public async Task The_newest_version_of_a_number_wins_and_the_others_are_rejects_that_name_it()
    {
        IntakeResult result = await ImportAsync(Header + "A,2026-01-01,2026-01-02,old\nB,2026-01-01,,first\nA,2026-01-01,2026-01-09,newest\nA,2026-01-01,2026-01-05,middle\nB,2026-01-01,,second\n");

        _warehouse.Incidents["A"].Texts.ShouldBe(["newest"]);
        _warehouse.Incidents["B"].Texts.ShouldBe(["second"]);
        (result.Accepted, result.Rejected, result.Added).ShouldBe((2, 3, 2));
        result.Numbers.ShouldBe(["A", "B"]);
        result.RejectReasons.ShouldBe([new(RejectKind.Superseded, 3)]);
        string[] lines = await File.ReadAllLinesAsync(Rejects);
        lines.Length.ShouldBe(4);
        lines[1].ShouldStartWith("1,2,A,");
        lines[1].ShouldContain("Row 3 ");
        lines[2].ShouldStartWith("2,3,B,");
        lines[2].ShouldContain("Row 5 ");
        lines[3].ShouldContain("Row 3 ");
    }

    [TestMethod]
    public async Task Bad_rows_are_kept_aside_and_the_rest_goes_on()
    {
        IntakeResult result = await ImportAsync(Header + "A,2026-01-01,,good\nB,never,,text\nC,2026-01-01,,\"open\nD,2026-01-01,, \nE,2026-01-01\nF,2026-01-01,,good\n");

        result.Numbers.ShouldBe(["A", "F"]);
        result.Rejected.ShouldBe(4);
        result.RejectReasons.Keys.ShouldBe([RejectKind.BrokenQuote, RejectKind.FieldCount, RejectKind.InvalidDate, RejectKind.EmptyText]);
        string[] lines = await File.ReadAllLinesAsync(Rejects);
        lines[0].ShouldBe("row,line,number,reason");
        lines[1..].Select(line => string.Join(',', line.Split(',')[..3])).ShouldBe(["2,3,B", "3,4,", "4,5,D", "5,6,"]);
        string.Concat(lines).ShouldNotContain("open,");
        Directory.GetFiles(Path.GetDirectoryName(Rejects)!).ShouldBe([Rejects]);
    }

    [TestMethod]
    public async Task A_file_without_rejects_removes_the_rejects_of_the_one_before()
    {
        await ImportAsync(Header + "A,never,,text\nB,2026-01-01,,text\n");
        File.Exists(Rejects).ShouldBeTrue();
        await ImportAsync(Header + "A,2026-01-01,,text\n");
        File.Exists(Rejects).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_cut_text_is_counted()
    {
        await File.WriteAllTextAsync(Source, Header + $"A,2026-01-01,,{new string('x', 5_000_000)}\nB,2026-01-01,,y\n");
        IntakeResult result = await ImportIncidents.ImportAsync(Source, new IntakeOptions(), _warehouse);
        (result.Accepted, result.Cut).ShouldBe((2, 1));
        _warehouse.Incidents["A"].Texts[0].Length.ShouldBe(100_000);
    }

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow(Header, "has a header but no rows")]
    public async Task A_file_without_rows_is_an_error_that_names_it(string text, string why)
    {
        IntakeException error = await Should.ThrowAsync<IntakeException>(() => ImportAsync(text));
        error.Message.ShouldContain(why);
        error.Message.ShouldContain(Source);
        _warehouse.BatchSizes.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_missing_file_and_a_folder_are_errors_that_name_them()
    {
        (await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions(), _warehouse))).Message.ShouldContain($"There is no file '{Source}'");
        (await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(_folder, new IntakeOptions(), _warehouse))).Message.ShouldContain($"'{_folder}' is a folder");
    }

    [TestMethod]
    public async Task A_wrong_column_stays_a_usage_error()
    {
        await File.WriteAllTextAsync(Source, Header + "A,2026-01-01,,text\n");
        IntakeException error = await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions { NumberColumn = "id" }, _warehouse));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("number, opened_at, sys_updated_on, description");
    }

    [TestMethod]
    public async Task Rejects_that_cannot_be_written_are_an_error_that_names_the_path()
    {
        await File.WriteAllTextAsync(Source, Header + "A,never,,text\nB,2026-01-01,,text\n");
        string below = Path.Combine(Source, "rejects.csv");
        (await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true }, _warehouse, below))).Message.ShouldContain($"could not be written to '{below}'");
    }

    [TestMethod]
    public async Task A_failing_warehouse_leaves_no_half_written_rejects()
    {
        await File.WriteAllTextAsync(Source, Header + "A,never,,text\nB,2026-01-01,,text\n");
        _warehouse.Fails = true;
        await Should.ThrowAsync<Storage.WarehouseException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true }, _warehouse, Rejects));
        Directory.GetFiles(Path.GetDirectoryName(Rejects)!).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Nothing_is_stored_of_a_file_of_which_too_many_rows_are_rejected_unless_it_is_said_so()
    {
        string text = Header + string.Concat(Enumerable.Range(1, 100).Select(i => i % 16 == 0 ? $"N{i},soon,,text\n" : $"N{i},2026-01-01,,text\n"));
        await File.WriteAllTextAsync(Source, text);

        IntakeException error = await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions(), _warehouse, Rejects));

        error.IsUsageError.ShouldBeFalse();
        error.Message.ShouldContain("6 of 100 rows");
        error.Message.ShouldContain("6 x InvalidDate, first in row 16: The date in column opened_at cannot be read.");
        error.Message.ShouldContain("--allow-rejects");
        error.Message.ShouldContain(Rejects);
        _warehouse.BatchSizes.ShouldBeEmpty();
        (await File.ReadAllLinesAsync(Rejects)).Length.ShouldBe(7);
        (await ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true }, _warehouse)).Accepted.ShouldBe(94);
        (await ImportIncidents.ImportAsync(Source, new IntakeOptions { MaxRejectShare = 0.06 }, _warehouse)).Accepted.ShouldBe(94);
    }

    [TestMethod]
    public async Task Of_ten_thousand_rows_a_hundred_that_are_broken_in_ten_ways_are_rejected_for_the_right_reason()
    {
        (RejectKind Kind, Func<int, string> Row)[] faults =
        [
            (RejectKind.BrokenQuote, i => $"INC{i},2026-01-01,,\"never closed"),
            (RejectKind.BrokenQuote, i => $"INC{i},2026-01-01,,\"text\" behind"),
            (RejectKind.FieldCount, i => $"INC{i},2026-01-01"),
            (RejectKind.FieldCount, i => $"INC{i},2026-01-01,,a text, with a comma"),
            (RejectKind.InvalidBytes, i => $"INC{i},2026-01-01,,Ger\u00A7t"),
            (RejectKind.InvalidDate, i => $"INC{i},,,text"),
            (RejectKind.InvalidDate, i => $"INC{i},2026-02-30,,text"),
            (RejectKind.InvalidDate, i => $"INC{i},9999-12-31,,text"),
            (RejectKind.EmptyText, i => $"INC{i},2026-01-01,,NULL"),
            (RejectKind.TooLong, i => $"INC{new string('1', 300)}{i},2026-01-01,,text"),
        ];
        List<RejectKind> expected = [];
        string text = Header + string.Concat(Enumerable.Range(1, 10_000).Select(i =>
        {
            if (i % 100 != 50)
            {
                return i % 7 == 0 ? $"INC{i},2026-01-01,,\"two lines:\nGerät, \"\"{i}\"\"\"\n" : $"INC{i},2026-01-01,,Gerät {i}\n";
            }

            (RejectKind kind, Func<int, string> row) = faults[i / 100 % 10];
            expected.Add(kind);
            return row(i) + "\n";
        }));
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text)];
        byte[] mark = Encoding.UTF8.GetBytes("\u00A7");
        for (int place = bytes.AsSpan().IndexOf(mark); place >= 0; place = bytes.AsSpan().IndexOf(mark))
        {
            bytes[place] = 0xE4;
            bytes[place + 1] = (byte)'t';
        }

        await File.WriteAllBytesAsync(Source, bytes);
        IntakeResult result = await ImportIncidents.ImportAsync(Source, new IntakeOptions(), _warehouse, Rejects);

        (result.Accepted, result.Rejected).ShouldBe((9_900, 100));
        result.RejectReasons.ShouldBe(expected.GroupBy(kind => kind).OrderBy(group => group.Key).Select(group => new KeyValuePair<RejectKind, int>(group.Key, group.Count())));
        (await File.ReadAllLinesAsync(Rejects)).Skip(1).Select(line => int.Parse(line.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, 100).Select(i => (100 * i) + 50));
    }

    [TestMethod]
    public async Task A_file_without_one_usable_row_is_an_error_whatever_is_allowed()
    {
        await File.WriteAllTextAsync(Source, Header + "A,never,,text\nB,never,,text\n");
        IntakeException error = await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true }, _warehouse, Rejects));
        error.Message.ShouldStartWith($"None of the 2 rows of '{Source}' can be used.");
        (await File.ReadAllLinesAsync(Rejects)).Length.ShouldBe(3);
    }

    [TestMethod]
    public async Task Rejects_do_nothing_in_a_spreadsheet_unless_they_are_for_a_machine()
    {
        string text = Header + "=HYPERLINK(1),never,,text\n-5,never,,text\nB,2026-01-01,,text\n";
        await ImportAsync(text);
        (await File.ReadAllLinesAsync(Rejects))[1..].Select(line => line.Split(',')[2]).ShouldBe(["'=HYPERLINK(1)", "-5"]);

        await ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true, RawRejects = true }, _warehouse, Rejects);
        (await File.ReadAllLinesAsync(Rejects))[1].ShouldStartWith("1,2,=HYPERLINK(1),");
    }

    [TestMethod]
    public async Task The_support_tickets_are_imported_once()
    {
        string path = SharedFiles.Require("data/support_tickets.csv");
        IntakeResult first = await ImportIncidents.ImportAsync(path, new IntakeOptions(), _warehouse);
        IntakeResult second = await ImportIncidents.ImportAsync(path, new IntakeOptions(), _warehouse);
        (first.Accepted + first.Rejected, first.Added).ShouldBe((8500, first.Accepted));
        first.RejectReasons.Keys.ShouldBeSubsetOf([RejectKind.EmptyText]);
        (second.Accepted, second.Unchanged).ShouldBe((first.Accepted, first.Accepted));
    }

    private async Task<IntakeResult> ImportAsync(string text, IProgress<IntakeProgress>? progress = null)
    {
        await File.WriteAllTextAsync(Source, text);
        return await ImportIncidents.ImportAsync(Source, new IntakeOptions { AllowRejects = true }, _warehouse, Rejects, progress);
    }

    private sealed class Recorder(List<IntakeProgress> reports) : IProgress<IntakeProgress>
    {
        public void Report(IntakeProgress value) => reports.Add(value);
    }
}
