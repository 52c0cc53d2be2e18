using System.Globalization;
using CsvHelper;
using Pipeline.TestSupport;
using CsvWriter = Pipeline.Intake.CsvWriter;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class CsvWriterTests
{
    [TestMethod]
    [DynamicData(nameof(HostileTexts.Rows), typeof(HostileTexts))]
    public void A_text_comes_back_as_it_is_and_for_a_spreadsheet_never_begins_as_a_formula(string name)
    {
        string text = HostileTexts.All[name];

        string[] raw = Read(Write(raw: true, text, "next"));
        string[] inert = Read(Write(raw: false, text, "next"));

        raw.ShouldBe([text, "next"]);
        inert[1].ShouldBe("next");
        inert[0].ShouldBeOneOf(text, "'" + text);
        "=+-@\t\r\n＝＋－＠".Contains(inert[0][0], StringComparison.Ordinal).ShouldBeFalse();
    }

    [TestMethod]
    public void A_number_with_a_sign_stays_a_number() => Write(raw: false, "-1.5", "+2", "-x").ShouldBe("-1.5,+2,'-x\n");

    private static string Write(bool raw, params string[] fields)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        new CsvWriter(text, raw).Write(fields);
        return text.ToString();
    }

    private static string[] Read(string text)
    {
        using CsvParser parser = new(new StringReader(text), CultureInfo.InvariantCulture);
        parser.Read().ShouldBeTrue();
        string[] record = parser.Record!;
        parser.Read().ShouldBeFalse();
        return record;
    }
}
