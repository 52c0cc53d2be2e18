using System.Globalization;
using System.Text;
using CsvHelper.Configuration;
using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class CsvRecordReaderTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void What_another_writer_wrote_is_read_as_it_was(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["a", "Zoë", "🖨", "\"", "\"\"", ",", ";", "\n", "\n\n", " ", "19\",", "1,2,3", ""];
        List<string[]> written = [.. Enumerable.Range(0, 2000).Select(row => (string[])
            [$"INC{row:0000}", .. Enumerable.Range(0, 4).Select(_ => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)])))])];

        CsvSource source = CsvSource.Open(() => new MemoryStream(Encoding.UTF8.GetBytes("number,a,b,c,d\n" + Write(written))), [], CancellationToken.None);
        using IEnumerator<SourceRecord> reader = source.Read().GetEnumerator();

        foreach (string[] row in written)
        {
            reader.MoveNext().ShouldBeTrue();
            SourceRecord record = reader.Current;
            record.Problem.ShouldBeNull();
            record.Fields.ShouldBe(row);
        }

        reader.MoveNext().ShouldBeFalse();
    }

    [TestMethod]
    [DataRow("data/support_tickets.csv", 1)]
    [DataRow("data/support_tickets.csv", 2)]
    [DataRow("data/banking77_train.csv", 1)]
    [DataRow("data/banking77_train.csv", 2)]
    public void A_stray_quote_costs_no_more_than_the_record_it_is_in(string file, int seed)
    {
        const int Quotes = 50;
        string text = File.ReadAllText(SharedFiles.Require(file));
        var options = new IntakeOptions { CreatedColumn = "none", TextColumns = file.Contains("bank", StringComparison.Ordinal) ? ["text"] : null };
        List<IntakeRow> before = Read(text, options);
        var random = new Random(seed);
        var damaged = new StringBuilder(text);
        for (int i = 0; i < Quotes; i++)
        {
            int place = random.Next(100, damaged.Length - 1000);
            while (damaged[place - 1] is not (',' or '\n'))
            {
                place++;
            }

            damaged.Insert(place, '"');
        }

        List<IntakeRow> after = Read(damaged.ToString(), options);

        int lost = before.Count(row => row.Incident is not null) - after.Count(row => row.Incident is not null);
        lost.ShouldBeInRange(1, Quotes);
        Accepted(after).Except(Accepted(before)).ShouldBeEmpty();
    }

    private static IEnumerable<(string Number, string Text)> Accepted(IEnumerable<IntakeRow> rows) =>
        rows.Where(row => row.Incident is not null).Select(row => (row.Number!, string.Join('|', row.Incident!.Texts)));

    private static List<IntakeRow> Read(string text, IntakeOptions options) => [.. new IncidentReader(options).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))];

    private static string Write(IEnumerable<string[]> rows)
    {
        using var text = new StringWriter();
        using (var writer = new CsvHelper.CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" }))
        {
            foreach (string[] row in rows)
            {
                foreach (string field in row)
                {
                    writer.WriteField(field);
                }

                writer.NextRecord();
            }
        }

        return text.ToString();
    }
}
