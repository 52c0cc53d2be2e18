using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Intake;

/// <summary>Real inputs that were once misread, each with the right reading.</summary>
[TestClass]
public sealed class SharedCasesTests
{
    private static readonly IntakeOptions Undated = new() { CreatedColumn = "none", TechCenterColumn = "none" };

    private readonly RecordingWarehouse _warehouse = new();

    [TestMethod]
    public async Task Quotes_escaped_by_a_backslash_are_read_and_remarked_on()
    {
        IntakeResult result = await ImportAsync("backslash-escaped-quotes/input.csv");
        (result.Accepted, result.Rejected).ShouldBe((40, 0));
        result.Remarks[0].ShouldBe("The file escapes quotes with a backslash; it was read so.");
        _warehouse.Incidents["INC0001"].Texts[0].ShouldBe("vpn connection drops after 3 minutes, it said \"no\", twice");
    }

    [TestMethod]
    public async Task The_date_formats_of_the_usual_exports_are_known()
    {
        IntakeResult result = await ImportAsync("date-formats/input.csv");
        result.Rejected.ShouldBe(0);
        string[] expected =
        [
            "01 2026-01-05T09:05:00.0000000", "02 2026-01-05T09:05:00.0000000", "03 2026-01-05T14:15:00.0000000", "04 2026-01-05T14:15:00.0000000", "05 2026-01-25T14:15:00.0000000",
            "06 2026-01-05T14:15:00.0000000", "07 2026-01-05T14:15:00.0000000", "08 2026-01-25T14:15:00.0000000", "09 2026-01-05T14:15:00.0000000", "10 2026-01-05T14:15:00.0000000",
            "11 2026-01-05T10:00:00.1234567", "12 2026-01-05T09:00:00.0000000", "13 2026-01-05T14:15:00.0000000", "14 2026-01-05T10:00:00.0000000", "15 2026-01-25T14:15:00.0000000",
        ];
        _warehouse.Incidents.Values.Select(i => $"{i.Number} {i.CreatedOn:yyyy-MM-ddTHH:mm:ss.fffffff}").ShouldBe(expected, ignoreOrder: true);
    }

    [TestMethod]
    public async Task Days_and_months_are_told_apart_by_all_rows_of_a_sorted_export()
    {
        IntakeResult result = await ImportAsync("day-first-sorted-by-date/input.csv");
        (result.Accepted, result.Rejected).ShouldBe((1500, 0));
        _warehouse.Incidents.Values.ShouldAllBe(i => i.CreatedOn!.Value.Year == 2026 && i.CreatedOn.Value.Month == 1);
    }

    [TestMethod]
    public async Task Words_for_nothing_are_nothing()
    {
        string path = SharedFiles.Require("cases/null-written-as-a-word/input.csv");
        (await Should.ThrowAsync<IntakeException>(() => ImportIncidents.ImportAsync(path, new IntakeOptions(), _warehouse))).Message.ShouldContain("EmptyText");

        IntakeResult result = await ImportIncidents.ImportAsync(path, new IntakeOptions { AllowRejects = true }, _warehouse);

        result.RejectReasons.Keys.ShouldBe([RejectKind.EmptyText]);
        _warehouse.Incidents.Values.ShouldAllBe(i => i.Texts[0] == "Printer jam" && i.Texts[1].Length == 0);
        _warehouse.Incidents.Values.Select(i => i.TechCenter).ShouldAllBe(center => center == "Desk" || center == "default");
    }

    [TestMethod]
    [DataRow("one-future-date/input.csv", 80, 81, "2062-05-12")]
    [DataRow("placeholder-date-9999/input.csv", 40, 41, "9999-12-31")]
    public async Task A_date_that_cannot_be_rejects_its_row_and_is_stored_nowhere(string file, int accepted, int row, string date)
    {
        string rejects = Path.GetTempFileName();
        try
        {
            IntakeResult result = await ImportIncidents.ImportAsync(SharedFiles.Require("cases/" + file), new IntakeOptions(), _warehouse, rejects);
            (result.Accepted, result.Rejected).ShouldBe((accepted, 1));
            result.RejectReasons.ShouldBe([new(RejectKind.InvalidDate, 1)]);
            string[] lines = await File.ReadAllLinesAsync(rejects);
            lines[1].ShouldStartWith($"{row},");
            lines[1].ShouldContain(date);
            _warehouse.Incidents.Values.ShouldAllBe(i => i.CreatedOn!.Value.Year == 2026);
        }
        finally
        {
            File.Delete(rejects);
        }
    }

    [TestMethod]
    public async Task Columns_with_one_name_are_all_read()
    {
        await ImportAsync("repeated-column/input.csv");
        _warehouse.Incidents["INC0000"].Texts.ShouldBe(["Problem", "printer on floor 3 does not print"]);

        await ImportAsync("repeated-column/jira.csv", Undated with { NumberColumn = "Key", TextColumns = ["Summary,Comment"] });
        _warehouse.Incidents["AB-3"].Texts.ShouldBe(["Problem", "2026-01-01;u;mailbox full, error 3"]);
    }

    [TestMethod]
    public async Task A_text_of_several_lines_that_look_like_rows_is_a_text()
    {
        IntakeResult log = await ImportAsync("valid-multiline-field-taken-for-rows/a-log-lines.csv");
        (log.Accepted, log.Rejected).ShouldBe((2, 0));
        _warehouse.Incidents["INC1"].Texts[0].ShouldBe("Import stopped, log:\n2026-01-05 08:59:58,ERROR,disk full\n2026-01-05 08:59:59,ERROR,retry failed");

        IntakeResult list = await ImportAsync("valid-multiline-field-taken-for-rows/b-numbered-list.csv", Undated with { NumberColumn = "id", TextColumns = ["title", "text"] });
        (list.Accepted, list.Rejected).ShouldBe((3, 0));
        _warehouse.Incidents["1"].Texts.ShouldBe(["Mail", "mailbox full"]);
        _warehouse.Incidents["7"].Texts[1].ShouldBe("It fails:\n1, tray two, red light\n2, tray three, green light");
    }

    [TestMethod]
    public async Task What_a_spreadsheet_writes_as_CSV_is_decoded()
    {
        IntakeResult result = await ImportAsync("windows-1252/input.csv");
        (result.Accepted, result.Rejected).ShouldBe((120, 0));
        result.Remarks[0].ShouldContain("windows-1252");
        _warehouse.Incidents["INC0000"].Texts[0].ShouldBe("Der Drucker im Büro für Gäste ist gestört 0");
    }

    private Task<IntakeResult> ImportAsync(string file, IntakeOptions? options = null) =>
        ImportIncidents.ImportAsync(SharedFiles.Require("cases/" + file), options ?? new IntakeOptions(), _warehouse);
}
