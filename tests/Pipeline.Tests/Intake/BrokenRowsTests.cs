using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.Telemetry;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Intake;

/// <summary>Ten thousand rows of which a hundred are broken, ten in each of ten ways; of texts and of records, kept aside and strict.</summary>
[TestClass]
public sealed class BrokenRowsTests
{
    private const int Rows = 10_000;
    private const int Every = 100;

    private static readonly ManualClock Clock = new();

    [TestMethod]
    [DataRow("text")]
    [DataRow("records")]
    public async Task The_sound_rows_are_stored_and_each_broken_one_is_kept_with_its_reason(string kind)
    {
        (string file, Broken[] broken) = Make(kind);
        MemoryWarehouse warehouse = new();
        using RejectedRows kept = new();

        IntakeResult result = await ImportAsync(file, DatasetOf(kind), warehouse, kept);

        (result.Accepted, result.Rejected, result.Added).ShouldBe((Rows - 100, 100, Rows - 100));
        (await warehouse.CountChangesAsync(0)).ShouldBe(Rows - 100);
        result.RejectReasons.OrderBy(r => r.Key).ShouldBe(broken.CountBy(b => b.Kind).OrderBy(b => b.Key));
        List<RejectedRow> rejects = await ReadAsync(kept);
        rejects.Select(r => (r.Row, r.Kind, r.Field)).ShouldBe(broken.Select(b => (b.Row, b.Kind, b.Field)));
        rejects.Zip(broken).ShouldAllBe(pair => pair.First.Reason.Contains(pair.Second.Reason, StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("text")]
    [DataRow("records")]
    public async Task Of_a_strict_data_set_nothing_is_stored_even_where_rejects_are_allowed(string kind)
    {
        (string file, Broken[] broken) = Make(kind);
        MemoryWarehouse warehouse = new();
        using RejectedRows kept = new();

        IntakeException refused = await Should.ThrowAsync<IntakeException>(() => ImportAsync(file, DatasetOf(kind) with { Strict = true }, warehouse, kept, new IntakeOptions { AllowRejects = true }));

        refused.Message.ShouldContain("100 of 10000 rows");
        refused.Message.ShouldContain("is strict, so nothing was stored");
        (await warehouse.CountChangesAsync(0)).ShouldBe(0);
        (await ReadAsync(kept)).Select(r => (r.Row, r.Kind)).ShouldBe(broken.Select(b => (b.Row, b.Kind)));
        kept.Kinds.Values.Sum().ShouldBe(100);
    }

    [TestMethod]
    [DataRow("text")]
    [DataRow("records")]
    public async Task A_strict_data_set_takes_a_sound_file(string kind)
    {
        MemoryWarehouse warehouse = new();
        using RejectedRows kept = new();

        IntakeResult result = await ImportAsync(Make(kind, broken: false).File, DatasetOf(kind) with { Strict = true }, warehouse, kept);

        (result.Accepted, result.Rejected).ShouldBe((Rows, 0));
    }

    [TestMethod]
    public async Task Rows_that_are_kept_aside_are_counted_by_data_set_and_reason()
    {
        Dictionary<string, long> counted = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, on) =>
        {
            if (ReferenceEquals(instrument, PipelineMetrics.Rejected))
            {
                on.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags is [{ Key: "dataset", Value: "metered" }, { Key: "reason", Value: string reason }])
            {
                counted[reason] = counted.GetValueOrDefault(reason) + count;
            }
        });
        listener.Start();
        using RejectedRows kept = new();

        await ImportAsync(Make("records").File, DatasetOf("records") with { Name = "metered" }, new MemoryWarehouse(), kept);

        counted.ShouldBe(
            new Dictionary<string, long>(StringComparer.Ordinal) { ["fieldCount"] = 10, ["invalidDate"] = 10, ["missingValue"] = 20, ["wrongType"] = 10, ["outOfRange"] = 20, ["notAllowed"] = 10, ["wrongForm"] = 10, ["unknownColumn"] = 10 },
            ignoreOrder: true);
    }

    private static Dataset DatasetOf(string kind) => string.Equals(kind, "text", StringComparison.Ordinal)
        ? new Dataset
        {
            Name = Dataset.Incidents,
            Schema = JsonElement.Parse("""
                {
                  "required": ["priority"], "additionalProperties": false,
                  "properties": {
                    "number": { "type": "string", "pattern": "^INC" }, "opened_at": { "type": "string", "format": "date-time" }, "short_description": {}, "assignment_group": {},
                    "priority": { "type": "integer", "minimum": 1, "maximum": 5 }, "state": { "enum": ["New", "Closed"] }
                  }
                }
                """),
        }
        : new Dataset
        {
            Name = "homes",
            Kind = DatasetKind.Records,
            NumberColumn = "number",
            CreatedColumn = "visited",
            Schema = JsonElement.Parse("""
                {
                  "required": ["number", "size"], "additionalProperties": false,
                  "properties": {
                    "number": { "type": "string", "pattern": "^H" }, "visited": { "type": "string", "format": "date" }, "size": { "type": "integer", "minimum": 1, "maximum": 40 },
                    "water": { "enum": ["river", "well"] }, "born": { "type": "string", "format": "date" }, "roof": { "type": "string", "maxLength": 12 }
                  }
                }
                """),
        };

    private static (string File, Broken[] Broken) Make(string kind, bool broken = true) => string.Equals(kind, "text", StringComparison.Ordinal)
        ? Make("number,opened_at,short_description,assignment_group,priority,state,legacy", i => [$"INC{i}", "2026-01-15 08:00:00", $"Printer {i} jams", "Office IT", "3", "New", ""], broken ? Texts : [])
        : Make("number,visited,size,water,born,roof,legacy", i => [$"H{i}", "2026-01-15", $"{1 + (i % 9)}", i % 2 == 0 ? "river" : "well", "1961-05-04", "iron sheets", ""], broken ? Records : []);

    private static readonly Fault[] Texts =
    [
        new(1, "soon", RejectKind.InvalidDate, "opened_at", "cannot be read"),
        new(1, "2071-01-01", RejectKind.InvalidDate, "opened_at", "which is tomorrow"),
        new(2, "  ", RejectKind.EmptyText, "short_description", "has no text"),
        new(0, new string('9', 300), RejectKind.TooLong, "number", "longer than 256"),
        new(4, "", RejectKind.MissingValue, "priority", "priority is missing"),
        new(4, "high", RejectKind.WrongType, "priority", "must be integer"),
        new(4, "9", RejectKind.OutOfRange, "priority", "at most 5"),
        new(5, "Exploded", RejectKind.NotAllowed, "state", "one of New, Closed"),
        new(0, "CHG7", RejectKind.WrongForm, "number", "the form ^INC"),
        new(6, "x", RejectKind.UnknownColumn, "legacy", "does not allow"),
    ];

    private static readonly Fault[] Records =
    [
        new(-1, "", RejectKind.FieldCount, null, "fields"),
        new(1, "whenever", RejectKind.InvalidDate, "visited", "cannot be read"),
        new(0, "", RejectKind.MissingValue, "number", "number is missing"),
        new(2, "N/A", RejectKind.MissingValue, "size", "size is missing"),
        new(2, "many", RejectKind.WrongType, "size", "must be integer"),
        new(2, "0", RejectKind.OutOfRange, "size", "at least 1"),
        new(2, "400", RejectKind.OutOfRange, "size", "at most 40"),
        new(3, "rain", RejectKind.NotAllowed, "water", "one of river, well"),
        new(4, "in spring", RejectKind.WrongForm, "born", "must be a date"),
        new(6, "x", RejectKind.UnknownColumn, "legacy", "does not allow"),
    ];

    private static (string File, Broken[] Broken) Make(string header, Func<int, string[]> row, Fault[] faults)
    {
        StringBuilder file = new(header + "\n");
        List<Broken> broken = [];
        for (int i = 1; i <= Rows; i++)
        {
            string[] cells = row(i);
            if (i % Every == 0 && faults.Length > 0)
            {
                Fault fault = faults[i / Every % faults.Length];
                cells = fault.Place < 0 ? [.. cells, "one", "more"] : [.. cells.Select((cell, place) => place == fault.Place ? fault.Cell : cell)];
                broken.Add(new Broken(i, fault.Kind, fault.Field, fault.Reason));
            }

            file.AppendLine(CultureInfo.InvariantCulture, $"{string.Join(',', cells)}");
        }

        return (file.ToString(), [.. broken]);
    }

    private static async Task<IntakeResult> ImportAsync(string text, Dataset dataset, MemoryWarehouse warehouse, RejectedRows kept, IntakeOptions? options = null)
    {
        using MemoryStream content = new(Encoding.UTF8.GetBytes(text));
        using SourceFile file = SourceFile.Of(content, "rows.csv");
        return await ImportIncidents.ImportAsync(file, options ?? new IntakeOptions(), warehouse, rejectsPath: null, clock: Clock, kept: kept, dataset: dataset);
    }

    private static async Task<List<RejectedRow>> ReadAsync(RejectedRows kept)
    {
        using MemoryStream copy = new();
        await kept.CopyToAsync(copy, CancellationToken.None);
        copy.Position = 0;
        List<RejectedRow> rows = [];
        await foreach (RejectedRow row in RejectedRows.ReadAsync(copy, CancellationToken.None))
        {
            rows.Add(row);
        }

        return rows;
    }

    private sealed record Fault(int Place, string Cell, RejectKind Kind, string? Field, string Reason);

    private sealed record Broken(int Row, RejectKind Kind, string? Field, string Reason);
}
