using System.Text;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class IncidentReaderTests
{
    private const string Header = "number,opened_at,short_description,description,assignment_group\n";

    private static readonly IntakeOptions TextsOnly = new() { CreatedColumn = "none", TextColumns = ["text"] };

    [TestMethod]
    public void ServiceNow_columns_are_known_by_their_names()
    {
        IntakeRow row = Read("Number,Opened At,SYS_UPDATED_ON,Short description,Description,Assignment group,Caller\nINC1,2026-01-02 03:04:05,2026-02-03 04:05:06,short,long,GRP_1,Ann\n").Single();

        row.Reject.ShouldBeNull();
        (row.Row, row.Line).ShouldBe((1, 2));
        Incident incident = row.Incident!;
        incident.Number.ShouldBe("INC1");
        incident.CreatedOn.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        incident.UpdatedOn.ShouldBe(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));
        incident.Texts.ShouldBe(["short", "long"]);
        incident.TechCenter.ShouldBe("GRP_1");
    }

    [TestMethod]
    public void Any_other_file_is_read_once_its_columns_are_named()
    {
        var options = new IntakeOptions { NumberColumn = "Ticket", CreatedColumn = "when", TextColumns = ["body", "Title"], TechCenterColumn = "team" };
        Incident incident = Read("team,when,Title,ticket,body\nvoice,2026-01-02,t,7,b\n", options).Single().Incident!;
        incident.Number.ShouldBe("7");
        incident.Texts.ShouldBe(["b", "t"]);
        incident.TechCenter.ShouldBe("voice");
    }

    [TestMethod]
    [DataRow("number", "--number-column")]
    [DataRow("created", "--created-column")]
    [DataRow("updated", "--updated-column")]
    [DataRow("text", "--text-columns")]
    [DataRow("center", "--tech-center-column")]
    public void A_named_column_that_is_missing_is_a_usage_error_that_lists_those_that_are_there(string which, string option)
    {
        var options = new IntakeOptions
        {
            NumberColumn = which is "number" ? "nix" : null,
            CreatedColumn = which is "created" ? "nix" : "none",
            UpdatedColumn = which is "updated" ? "nix" : null,
            TextColumns = which is "text" ? ["text", "nix"] : ["text"],
            TechCenterColumn = which is "center" ? "nix" : null,
        };
        IntakeException error = Should.Throw<IntakeException>(() => Read("text,Category\na,b\n", options));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain($"'nix', which {option} names");
        error.Message.ShouldContain("text, Category");
    }

    [TestMethod]
    public void Without_a_text_column_the_error_names_the_option()
    {
        IntakeException error = Should.Throw<IntakeException>(() => Read("a,b\n1,2\n", new IntakeOptions { CreatedColumn = "none" }));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("--text-columns");
        error.Message.ShouldContain("a, b");
    }

    [TestMethod]
    public void Without_a_date_column_the_error_explains_both_ways_out()
    {
        IntakeException error = Should.Throw<IntakeException>(() => Read("description\ntext\n"));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("--created-column NAME");
        error.Message.ShouldContain("--created-column none");
    }

    [TestMethod]
    public void Rows_without_a_number_get_one_from_their_content_that_stays()
    {
        string[] first = [.. Read("text,x\nsame,1\nother,1\nsame,1\n", TextsOnly).Select(row => row.Number!)];
        string[] moved = [.. Read("text,x\nnew,1\nsame,1\nsame,1\nother,1\n", TextsOnly).Select(row => row.Number!)];

        first.ShouldAllBe(number => number.StartsWith("ROW-", StringComparison.Ordinal) && number.Length == 20);
        first.ShouldBeUnique(StringComparer.Ordinal);
        moved[1..].ShouldBe([first[0], first[2], first[1]]);
        first.ShouldNotContain(Read("text,x\nsame1,\n", TextsOnly).Single().Number, StringComparer.Ordinal);
    }

    [TestMethod]
    public void An_empty_number_cell_is_filled_and_an_empty_tech_center_is_the_default()
    {
        List<IntakeRow> rows = Read(Header + "  ,2026-01-01,a,b,\nINC2,2026-01-01,a,b,GRP\n");
        rows[0].Number!.ShouldStartWith("ROW-");
        rows[0].Incident!.TechCenter.ShouldBe("default");
        Read(Header + "INC2,2026-01-01,a,b,GRP\n", new IntakeOptions { TechCenterColumn = "NONE" }).Single().Incident!.TechCenter.ShouldBe("default");
    }

    [TestMethod]
    [DataRow("2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z")]
    [DataRow("2026-03-04T05:06:07.25+02:00", "2026-03-04T03:06:07.25Z")]
    [DataRow("2026-03-04 05:06:07", "2026-03-04T05:06:07Z")]
    [DataRow("2026-03-04 05:06:07 UTC", "2026-03-04T05:06:07Z")]
    [DataRow("2026-03-04 05:06:07+00:00", "2026-03-04T05:06:07Z")]
    [DataRow(" 2026-03-04 ", "2026-03-04T00:00:00Z")]
    [DataRow("04.03.2026 05:06:07", "2026-03-04T05:06:07Z")]
    [DataRow("4.3.2026", "2026-03-04T00:00:00Z")]
    [DataRow("12/31/2025", "2025-12-31T00:00:00Z")]
    [DataRow("31/12/2025 05:06", "2025-12-31T05:06:00Z")]
    [DataRow("31-12-2025 05:06:07", "2025-12-31T05:06:07Z")]
    public void Dates_are_read_in_many_forms(string written, string expected) =>
        Read(Header + $"INC1,{written},a,b,G\n").Single().Incident!.CreatedOn.ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));

    [TestMethod]
    public void One_date_that_tells_the_order_settles_it_for_the_file()
    {
        string text = Header + "1,03/04/2026,a,b,G\n2,25/04/2026,a,b,G\n";
        Read(text)[0].Incident!.CreatedOn!.Value.Month.ShouldBe(4);
        Read(text, new IntakeOptions { DayFirst = false })[0].Incident!.CreatedOn!.Value.Month.ShouldBe(3);
        Read(text, new IntakeOptions { DayFirst = false })[1].Reject!.Kind.ShouldBe(RejectKind.InvalidDate);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("yesterday")]
    [DataRow("9999-12-31 00:00:00")]
    [DataRow("0001-01-01 00:00:00")]
    [DataRow("1900-01-01")]
    [DataRow("0000-00-00 00:00:00")]
    [DataRow("2026-02-30 00:00:00")]
    [DataRow("99/99/2026")]
    public void A_date_that_is_missing_or_none_rejects_its_row_only(string date)
    {
        List<IntakeRow> rows = Read(Header + $"INC1,{date},a,b,G\nINC2,2026-01-01,a,b,G\n");
        rows[0].Reject!.Kind.ShouldBe(RejectKind.InvalidDate);
        rows[0].Reject!.Reason.ShouldContain("opened_at");
        rows[0].Number.ShouldBe("INC1");
        rows[0].Incident.ShouldBeNull();
        rows[1].Incident.ShouldNotBeNull();
    }

    [TestMethod]
    public void A_change_date_that_is_none_rejects_its_row_and_an_empty_one_does_not()
    {
        List<IntakeRow> rows = Read("number,text,sys_updated_on\n1,a,soon\n2,b,\n", TextsOnly);
        rows[0].Reject!.Reason.ShouldContain("sys_updated_on");
        rows[1].Incident!.UpdatedOn.ShouldBeNull();
        rows[1].Incident!.CreatedOn.ShouldBeNull();
    }

    [TestMethod]
    [DataRow(',')]
    [DataRow(';')]
    [DataRow('\t')]
    [DataRow('|')]
    public void The_delimiter_is_found_in_the_header_outside_quotes(char delimiter)
    {
        string header = $"number{delimiter}text{delimiter}\"a,b;c\td|e,;\t|\"";
        Incident incident = Read($"{header}\n1{delimiter}\"x{delimiter}y,z;\"{delimiter}\n", TextsOnly).Single().Incident!;
        incident.Number.ShouldBe("1");
        incident.Texts.ShouldBe([$"x{delimiter}y,z;"]);
    }

    [TestMethod]
    public void A_first_line_may_name_the_delimiter() => Read("sep=;\nnumber;text\n1;a,b\n", TextsOnly).Single().Incident!.Texts.ShouldBe(["a,b"]);

    [TestMethod]
    [DataRow("utf-8", true)]
    [DataRow("utf-8", false)]
    [DataRow("utf-16", true)]
    [DataRow("utf-16BE", true)]
    public void Text_is_read_in_every_encoding_that_says_what_it_is(string encodingName, bool mark)
    {
        Encoding encoding = Encoding.GetEncoding(encodingName);
        string text = "number,text\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},Drücker 🖨 日本 {i}\r\n"));
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        List<IntakeRow> rows = [.. new IncidentReader(TextsOnly).Read(new MemoryStream(bytes))];

        rows.Count.ShouldBe(20_000);
        rows.ShouldAllBe(row => row.Incident != null && row.Incident.Number == $"{row.Row - 1}" && row.Incident.Texts[0] == $"Drücker 🖨 日本 {row.Row - 1}");
    }

    [TestMethod]
    public void Invalid_bytes_reject_their_row_and_a_written_replacement_character_does_not()
    {
        byte[] bytes = [.. "number;text\n1;Drücker Büro Gerät gestört möglich für nötig über täglich größer später\n2;b"u8, 0xFC, .. "d\n3;author wrote \uFFFD\n"u8];
        List<IntakeRow> rows = [.. new IncidentReader(TextsOnly).Read(new MemoryStream(bytes))];
        Rejected(rows).ShouldBe([(2, 3, RejectKind.InvalidBytes)]);
        rows[2].Incident!.Texts[0].ShouldBe("author wrote \uFFFD");
    }

    [TestMethod]
    [DataRow("\n")]
    [DataRow("\r\n")]
    [DataRow("\r")]
    public void Quoted_fields_may_hold_line_ends_delimiters_and_quotes(string end)
    {
        List<IntakeRow> rows = Read($"number,text,x{end}1,\"line one{end}{end}line \"\"two\"\", with comma\",{end}{end}2,5\" disk,\"\"{end}", TextsOnly);
        rows[0].Incident!.Texts[0].ShouldBe("line one\n\nline \"two\", with comma");
        rows[1].Incident!.Texts[0].ShouldBe("5\" disk");
        rows.Select(row => row.Line).ShouldBe([2, 6]);
    }

    [TestMethod]
    [DataRow("INC4000,2026-01-01,\"never closed,long,GRP", DisplayName = "opened, not closed")]
    [DataRow("INC4000,2026-01-01,\"quote\" inside,long,GRP", DisplayName = "text behind the quote")]
    [DataRow("\"INC4000,2026-01-01,short,long,GRP", DisplayName = "opened in the first field")]
    [DataRow("INC4000,2026-01-01,short,long,\"GRP", DisplayName = "opened in the last field")]
    public void A_broken_quote_rejects_its_row_and_no_other(string broken)
    {
        foreach (bool othersQuoted in (bool[])[false, true])
        {
            IEnumerable<string> lines = Enumerable.Range(1, 12_500).Select(i => i == 4000 ? broken
                : othersQuoted && i % 7 == 0 ? $"INC{i:0000},2026-01-01,\"say \"\"{i}\"\", please\",\"two\nlines\",\"\"" : $"INC{i:0000},2026-01-01,short,long,GRP");
            List<IntakeRow> rows = Read(Header + string.Join('\n', lines));

            rows.Count.ShouldBe(12_500);
            int line = othersQuoted ? 4001 + (3999 / 7) : 4001;
            Rejected(rows).ShouldBe([(4000, line, RejectKind.BrokenQuote)]);
        }
    }

    [TestMethod]
    public void A_lost_quote_that_ends_before_a_delimiter_rows_later_does_not_swallow_them_in_a_file_whose_quotes_are_broken_elsewhere()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01,\"lost,long,GRP\nINC2,2026-01-01,short,long,GRP\nINC3,2026-01-01,monitor 19\",long,GRP\nINC4,2026-01-01,a,b,c\nINC5,2026-01-01,\"a\" b,c,d\n");
        Rejected(rows).ShouldBe([(1, 2, RejectKind.BrokenQuote), (5, 6, RejectKind.BrokenQuote)]);
        rows[2].Incident!.Texts[0].ShouldBe("monitor 19\"");
    }

    [TestMethod]
    public void A_quoted_text_whose_lines_look_like_rows_is_one_text_where_the_strict_reading_is_sound()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01,\"as seen:\nINC2,2026-01-01,x,y,z\nINC3,2026-01-01,x,y,z\",long,GRP\nINC4,2026-01-01,a,b,c\n");
        rows.Count.ShouldBe(2);
        rows[0].Incident!.Texts[0].ShouldBe("as seen:\nINC2,2026-01-01,x,y,z\nINC3,2026-01-01,x,y,z");
    }

    [TestMethod]
    public void A_closed_quoted_text_of_half_a_million_lines_is_read()
    {
        string text = string.Join('\n', Enumerable.Repeat("line", 500_000));
        List<IntakeRow> rows = Read(Header + $"INC1,2026-01-01,\"{text}\",long,GRP\nINC2,2026-01-01,a,b,c\n", new IntakeOptions { MaxTextLength = 10_000_000 });
        rows[0].Incident!.Texts[0].Length.ShouldBe(text.Length);
        rows[1].Line.ShouldBe(500_002);
    }

    [TestMethod]
    public void Text_of_several_lines_with_delimiters_is_not_taken_for_rows()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01,\"Hello,\nplease, help, soon, thanks\nbye, now, for, today\",long,GRP\n");
        rows.Single().Incident!.Texts[0].ShouldBe("Hello,\nplease, help, soon, thanks\nbye, now, for, today");
    }

    [TestMethod]
    public void A_quote_that_is_open_at_the_end_of_the_file_rejects_its_row_only()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01,a,b,c\nINC2,2026-01-01,\"cut off");
        Rejected(rows).ShouldBe([(2, 3, RejectKind.BrokenQuote)]);
    }

    [TestMethod]
    public void Rows_with_too_few_or_too_many_fields_are_rejected_with_both_counts()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01,a\nINC2,2026-01-01,a,b,c,d\nINC3,2026-01-01,a,b,c\n");
        Rejected(rows).ShouldBe([(1, 2, RejectKind.FieldCount), (2, 3, RejectKind.FieldCount)]);
        rows[0].Reject!.Reason.ShouldContain("has 3 fields, the header has 5");
    }

    [TestMethod]
    public void A_text_of_five_megabytes_is_cut_and_its_row_accepted()
    {
        List<IntakeRow> rows = Read(Header + $"INC1,2026-01-01,a,{new string('x', 5_000_000)},G\nINC2,2026-01-01,a,b,G\nINC3,2026-01-01,{string.Concat(Enumerable.Repeat("🖨", 60))},b,G\n", new IntakeOptions { MaxTextLength = 101 });
        rows[0].Incident!.Texts[1].Length.ShouldBe(101);
        rows[2].Incident!.Texts[0].Length.ShouldBe(100, "half of a surrogate pair is not kept");
        rows.Select(row => row.IsCut).ShouldBe([true, false, true]);
    }

    [TestMethod]
    public void Control_characters_are_dropped_and_line_ends_and_tabs_are_not() =>
        Read("number,text\nA\01,\"a\0b\u0007c\td\ne\u001b\"\n", TextsOnly).Single().Incident.ShouldNotBeNull().ShouldSatisfyAllConditions(
            incident => incident.Number.ShouldBe("A1"),
            incident => incident.Texts[0].ShouldBe("abc\td\ne"));

    [TestMethod]
    public void A_row_whose_texts_are_all_blank_is_rejected()
    {
        List<IntakeRow> rows = Read(Header + "INC1,2026-01-01, ,\"\0\n\",G\nINC2,2026-01-01,,b,G\n");
        Rejected(rows).ShouldBe([(1, 2, RejectKind.EmptyText)]);
        rows[0].Reject!.Reason.ShouldContain("short_description, description");
        rows[1].Incident!.Texts.ShouldBe(["", "b"]);
    }

    [TestMethod]
    public void A_number_or_tech_center_as_long_as_a_text_is_rejected() =>
        Rejected(Read(Header + $"{new string('1', 300)},2026-01-01,a,b,G\nINC2,2026-01-01,a,b,{new string('g', 300)}\n"))
            .ShouldBe([(1, 2, RejectKind.TooLong), (2, 3, RejectKind.TooLong)]);

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("\uFEFF", "is empty")]
    [DataRow("\n \n\n", "is empty")]
    [DataRow("number,text\n\n", "has a header but no rows")]
    [DataRow("number,\"text\n", "header")]
    [DataRow("PK\u0003\u0004binary", "workbook")]
    [DataRow("t\0e\0x\0t\0", "has a header but no rows")]
    [DataRow("\u0001\u0002\u0003\u0004\u0005\u0006", "no text")]
    public void A_file_that_holds_no_table_says_why(string content, string why) =>
        Should.Throw<IntakeException>(() => Read(content, TextsOnly)).ShouldSatisfyAllConditions(
            error => error.Message.ShouldContain(why),
            error => error.IsUsageError.ShouldBeFalse());

    [TestMethod]
    public void A_text_length_below_a_hundred_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new IncidentReader(new IntakeOptions { MaxTextLength = 99 })).Message.ShouldContain("at least 100");

    [TestMethod]
    public void The_banking_questions_are_read_completely()
    {
        var options = new IntakeOptions { CreatedColumn = "none", TextColumns = ["text"], TechCenterColumn = "category" };
        List<IntakeRow> rows = [.. new IncidentReader(options).Read(SharedFiles.Require("data/banking77_train.csv"))];
        rows.Count.ShouldBe(10_003);
        rows.ShouldAllBe(row => row.Incident != null);
        rows.Select(row => row.Incident!.TechCenter).Distinct(StringComparer.Ordinal).Count().ShouldBe(77);
        rows.Select(row => row.Number!).ShouldBeUnique(StringComparer.Ordinal);
    }

    private static List<IntakeRow> Read(string text, IntakeOptions? options = null) =>
        [.. new IncidentReader(options ?? new IntakeOptions()).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))];

    private static IEnumerable<(int Row, int Line, RejectKind Kind)> Rejected(IEnumerable<IntakeRow> rows) =>
        rows.Where(row => row.Reject is not null).Select(row => (row.Row, row.Line, row.Reject!.Kind));
}
