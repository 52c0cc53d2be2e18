using System.Text;
using Pipeline.Incidents;
using Pipeline.Intake;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class ColumnTests
{
    private static readonly IntakeOptions Undated = new() { CreatedColumn = "none" };

    [TestMethod]
    public void Text_columns_of_one_name_are_one_text_in_their_order() =>
        Read("number,text,Text,text\n1,a,,b\n2,,NULL,\n3,x,y,z\n", Undated with { TextColumns = ["text"] })
            .Select(row => row.Incident?.Texts[0]).ShouldBe(["a\nb", null, "x\ny\nz"]);

    [TestMethod]
    [DataRow("number,number,text", null)]
    [DataRow("Number,NUMBER,text", null)]
    [DataRow("id,ID,text", "iD")]
    public void A_repeated_key_column_is_a_usage_error_that_names_the_places(string header, string? number)
    {
        IntakeException error = Should.Throw<IntakeException>(() => Read(header + "\n1,2,a\n", Undated with { TextColumns = ["text"], NumberColumn = number }));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("in place 1");
        error.Message.ShouldContain("in place 2");
        error.Message.ShouldContain("--number-column");
    }

    [TestMethod]
    public void The_exact_name_is_meant_where_others_differ_in_case() =>
        Read("id,ID,text\n1,2,a\n", Undated with { TextColumns = ["text"], NumberColumn = "ID" }).Single().Number.ShouldBe("2");

    [TestMethod]
    public void Names_may_hold_commas_quotes_blanks_and_characters_that_show_nothing()
    {
        string header = "\"\u200Bnumber\uFEFF\",\"\"\"short,text\"\"\",\u00A0Body\u00AD ,“area”";
        Incident incident = Read(header + "\n7,a,b,c\n", Undated with { TextColumns = ["short,text,Body"], TechCenterColumn = "Area" }).Single().Incident!;
        (incident.Number, incident.TechCenter).ShouldBe(("7", "c"));
        incident.Texts.ShouldBe(["a", "b"]);
    }

    [TestMethod]
    [DataRow("number,text,x,\n1,a,b,\n2,a,b\n3,a,b,,\n4\n", "1 2 3")]
    [DataRow("number,text,x\n1,a,b\n2,a\n3,a,b,,,\n4,a,b,c\n", "1 2 3")]
    public void An_empty_field_too_many_or_too_few_at_the_end_is_no_fault(string text, string accepted)
    {
        List<IntakeRow> rows = Read(text, Undated with { TextColumns = ["text"] });
        string.Join(' ', rows.Where(row => row.Incident is not null).Select(row => row.Number)).ShouldBe(accepted);
        rows.Where(row => row.Incident is null).ShouldAllBe(row => row.Reject!.Kind == RejectKind.FieldCount);
    }

    [TestMethod]
    [DataRow("NULL")]
    [DataRow("null")]
    [DataRow("nan")]
    [DataRow("None")]
    [DataRow("N/A")]
    [DataRow("(empty)")]
    [DataRow(" - ")]
    [DataRow("\u00A0")]
    public void A_word_for_nothing_is_an_empty_cell(string word)
    {
        List<IntakeRow> rows = Read($"number,text,assignment_group,sys_updated_on\n1,{word},G,\n{word},a,{word},{word}\n3,say {word} please,G,\n", Undated with { TextColumns = ["text"] });
        rows[0].Reject!.Kind.ShouldBe(RejectKind.EmptyText);
        rows[1].Number!.ShouldStartWith("ROW-");
        rows[1].Incident!.TechCenter.ShouldBe("default");
        rows[2].Incident.ShouldNotBeNull();
    }

    [TestMethod]
    public void Marks_of_direction_and_line_ends_do_not_survive_in_numbers_and_tech_centers()
    {
        Incident incident = Read("number,text,assignment_group\n\"IN\u202EC\n1\u2066\",a\u202Eb,\"Net\r\nwork\u200F \u2069\"\n", Undated with { TextColumns = ["text"] }).Single().Incident!;
        (incident.Number, incident.TechCenter).ShouldBe(("INC 1", "Net work"));
    }

    [TestMethod]
    public void Separators_other_than_the_space_separate_words() =>
        Read("number,text\n1,one\vtwo\fthree\u0085four\u2028five\n", Undated with { TextColumns = ["text"] }).Single().Incident!.Texts.ShouldBe(["one two three four five"]);

    [TestMethod]
    public void Backslashes_that_escape_nothing_stay() =>
        Read("number,text\n1,\"say \\\"no\\\" to C:\\temp\\\\x\"\n", Undated with { TextColumns = ["text"] })[0].Incident!.Texts.ShouldBe(["say \"no\" to C:\\temp\\x"]);

    [TestMethod]
    public void The_delimiter_is_the_one_by_which_rows_fit_the_header() =>
        Read("number;short, text;c\n1;a, b;x\n2;c;y\n", Undated with { TextColumns = ["short, text"] }).Select(row => row.Incident!.Texts[0]).ShouldBe(["a, b", "c"]);

    private static List<IntakeRow> Read(string text, IntakeOptions options) => [.. new IncidentReader(options).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))];
}
