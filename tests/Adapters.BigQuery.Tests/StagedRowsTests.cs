using System.Text;
using System.Text.Json;
using Pipeline.Classification;
using Pipeline.Contracts;
using Pipeline.Incidents;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.BigQuery.Tests;

[TestClass]
public sealed class StagedRowsTests
{
    [TestMethod]
    public void An_incident_is_one_line_of_JSON_with_its_date_to_the_microsecond_and_to_the_tick()
    {
        Incident incident = Rows.Incident("INC 'quoted' ü 🖨", "a \"b\"\n\u0001", createdOn: Rows.Day(1).AddTicks(1), updatedOn: new DateTimeOffset(2026, 3, 1, 1, 0, 0, TimeSpan.FromHours(5)));
        JsonElement row = Lines(StagedRows.Of([incident], CancellationToken.None)).Single();

        row.GetProperty("number").GetString().ShouldBe(incident.Number);
        row.GetProperty("texts").EnumerateArray().Select(text => text.GetString()).ShouldBe(["a \"b\"\n\u0001", "second"]);
        row.GetProperty("sys_created_on").GetString().ShouldBe("2026-01-01T08:30:00.000000Z");
        BigQueryFormat.Date(row.GetProperty("created_ticks").GetInt64()).ShouldBe(incident.CreatedOn);
        row.GetProperty("sys_updated_on").GetString().ShouldBe("2026-02-28T20:00:00.000000Z");
        BigQueryFormat.Date(row.GetProperty("updated_ticks").GetInt64()).ShouldBe(incident.UpdatedOn);
    }

    [TestMethod]
    public void The_later_row_of_a_number_stays_at_its_place()
    {
        StagedRows rows = StagedRows.Of([Rows.Incident("A", "first"), Rows.Incident("B"), Rows.Incident("A", "second")], CancellationToken.None);

        rows.Count.ShouldBe(2);
        Lines(rows).Select(row => (row.GetProperty("number").GetString(), row.GetProperty("position").GetInt32())).ShouldBe([("B", 1), ("A", 2)]);
    }

    [TestMethod]
    public void The_row_hash_differs_with_every_part_of_an_incident_and_with_nothing_else()
    {
        Incident incident = Rows.Incident("A", updatedOn: Rows.Day(3));
        Incident[] versions =
        [
            incident,
            incident with { TechCenter = "voice" },
            incident with { CreatedOn = Rows.Day(2) },
            incident with { CreatedOn = null },
            incident with { UpdatedOn = null },
            incident with { CreatedOn = null, UpdatedOn = incident.CreatedOn },
            incident with { Texts = ["printer is down", "secon", "d"] },
            incident with { Texts = ["printer is down,second"] },
        ];

        versions.Select(Hash).Distinct(StringComparer.Ordinal).Count().ShouldBe(versions.Length);
        Hash(incident with { Number = "B", CreatedOn = incident.CreatedOn!.Value.ToOffset(TimeSpan.FromHours(2)) }).ShouldBe(Hash(incident));
    }

    [TestMethod]
    public void An_embedding_comes_back_to_the_bit()
    {
        float[] numbers = [1.5f, -0f, float.Epsilon, float.MaxValue, 0.1f, float.NaN];
        JsonElement row = Lines(StagedRows.Of([Rows.Preprocessed("A", embedding: numbers)], [], CancellationToken.None)).Single();

        BigQueryFormat.Numbers(row.GetProperty("embedding_bytes").GetBytesFromBase64()).Select(BitConverter.SingleToInt32Bits).ShouldBe(numbers.Select(BitConverter.SingleToInt32Bits));
        row.GetProperty("embedding").EnumerateArray().Select(number => number.ValueKind is JsonValueKind.String ? float.NaN : (float)number.GetDouble()).ShouldBe(numbers);
        row.TryGetProperty("sys_created_on", out _).ShouldBeFalse();
    }

    [TestMethod]
    public void A_number_that_is_a_dead_letter_too_is_a_dead_letter()
    {
        StagedRows rows = StagedRows.Of([Rows.Preprocessed("A"), Rows.Preprocessed("B")], [new DeadLetter("A", "preprocess", "no text")], CancellationToken.None);

        rows.Count.ShouldBe(2);
        JsonElement letter = Lines(rows).Single(row => row.GetProperty("number").GetString() is "A");
        letter.GetProperty("reason").GetString().ShouldBe("no text");
        letter.TryGetProperty("embedding", out _).ShouldBeFalse();
    }

    [TestMethod]
    public void A_day_ends_with_its_last_microsecond_the_last_day_of_the_calendar_too()
    {
        DateTimeOffset day = new(2026, 1, 4, 12, 30, 0, TimeSpan.Zero);

        BigQueryFormat.LastOfDay(day).ShouldBe(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(-1));
        BigQueryFormat.LastOfDay(DateTimeOffset.MaxValue).Date.ShouldBe(DateTime.MaxValue.Date);
        string.CompareOrdinal(BigQueryFormat.Timestamp(DateTimeOffset.MaxValue), BigQueryFormat.Timestamp(BigQueryFormat.LastOfDay(DateTimeOffset.MaxValue))).ShouldBeLessThanOrEqualTo(0);
    }

    [TestMethod]
    public void A_confidence_keeps_every_digit()
    {
        IncidentPrediction answer = Rows.Answer("A");
        JsonElement row = Lines(StagedRows.Of([answer], CancellationToken.None)).Single();
        row.GetProperty("confidence_score").GetDouble().ShouldBe(answer.Confidence);
        row.GetProperty("predicted_ticks").GetInt64().ShouldBe(answer.PredictedAt.UtcTicks);
    }

    [TestMethod]
    public void A_row_without_a_text_that_must_be_there_is_refused_by_the_name_of_its_column() =>
        Should.Throw<ArgumentNullException>(() => StagedRows.Of([Rows.Preprocessed("A") with { Summary = null! }], [], CancellationToken.None).Parts(1).ToArray()).ParamName.ShouldBe("combined_incidents_summary");

    [TestMethod]
    public void Every_line_fills_columns_of_the_staging_table_and_all_that_are_required()
    {
        StagedRows[] all =
        [
            StagedRows.Of([Rows.Incident("A", updatedOn: Rows.Day(1))], CancellationToken.None),
            StagedRows.Of([Rows.Preprocessed("A", createdOn: Rows.Day(1))], [new DeadLetter("B", "preprocess", "no text")], CancellationToken.None),
            StagedRows.Entries([Rows.Preprocessed("A", createdOn: Rows.Day(1))], CancellationToken.None),
            StagedRows.Of([Rows.Answer("A")], CancellationToken.None),
        ];
        foreach (StagedRows rows in all)
        {
            foreach (string[] filled in Lines(rows).Select(row => row.EnumerateObject().Select(member => member.Name).ToArray()))
            {
                filled.Except(rows.Columns.Select(column => column.Name), StringComparer.Ordinal).ShouldBeEmpty();
                rows.Columns.Where(column => column.Mode is StagedColumn.Required).Select(column => column.Name).Except(filled, StringComparer.Ordinal).ShouldBeEmpty();
            }
        }
    }

    private static string Hash(Incident incident) => BigQueryFormat.RowHash(incident, incident.Texts);

    private static List<JsonElement> Lines(StagedRows rows) =>
        [.. Encoding.UTF8.GetString(rows.Parts(1 << 20).SelectMany(part => part.ToArray()).ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
