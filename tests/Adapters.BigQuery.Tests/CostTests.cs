using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Telemetry;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What is read, and what is told of its price.</summary>
[TestClass]
public sealed partial class CostTests : IDisposable
{
    private readonly Dataset _dataset = new();
    private readonly BigQueryWarehouse _warehouse;

    public CostTests() => _warehouse = _dataset.Warehouse();

    [TestInitialize]
    public Task Open() => _warehouse.InitializeAsync();

    public void Dispose()
    {
        _warehouse.Dispose();
        _dataset.Dispose();
    }

    [TestMethod]
    public async Task An_old_incident_among_new_ones_adds_its_day_and_not_the_years_between()
    {
        DateTimeOffset old = Rows.Day(1).AddYears(-2);
        await _warehouse.UpsertIncidentsAsync([Rows.Incident("A", createdOn: old), Rows.Incident("B"), Rows.Incident("C")]);
        await _warehouse.SavePreprocessedAsync([Rows.Preprocessed("A", "a", createdOn: old), Rows.Preprocessed("B", createdOn: Rows.Day(1))], [], "w", 3);

        (await _warehouse.ReadChangesAsync(0, 10)).Count.ShouldBe(3);
        Days("read-changes").ShouldBe(["2024-01-01", "2026-01-01"], ignoreOrder: true);
        (await _warehouse.FindEmbeddingsAsync("e", ["a", "h"])).Count.ShouldBe(2);
        Days("read-embeddings").ShouldBe(["2024-01-01", "2026-01-01"], ignoreOrder: true);
        (await _warehouse.ReadUnpredictedAsync("network", "e", "v", null, 10)).Count.ShouldBe(2);
        Days("read-unpredicted").ShouldBe(["2024-01-01", "2026-01-01"], ignoreOrder: true);
    }

    [TestMethod]
    public async Task A_row_that_moves_to_another_day_is_still_one_row()
    {
        for (int day = 1; day < 4; day++)
        {
            await _warehouse.UpsertIncidentsAsync([Rows.Incident("A", createdOn: Rows.Day(day))]);
            await _warehouse.SavePreprocessedAsync([Rows.Preprocessed("A", createdOn: day == 2 ? null : Rows.Day(day))], [], "w", day);
            await _warehouse.SavePredictionsAsync([Rows.Answer("A") with { PredictedAt = Rows.Day(day) }]);
        }

        foreach (string table in (string[])["incidents", "preprocessed_incidents", "incident_predictions"])
        {
            _dataset.Duck.Ask($"SELECT COUNT(*) FROM {table}")[0][0].ShouldBe("1", table);
        }
    }

    [TestMethod]
    public void Whatever_changes_a_large_table_names_the_days_that_it_changes()
    {
        string[] changes = [.. Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, "src/Adapters/BigQuery/Sql"), "*.sql")
            .SelectMany(file => File.ReadAllText(file).Split(';'))
            .Where(statement => ChangePattern().IsMatch(statement))];

        changes.Length.ShouldBeGreaterThanOrEqualTo(8);
        changes.Where(statement => !DaysPattern().IsMatch(statement)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Jobs_and_staging_tables_bear_the_labels_of_their_step()
    {
        await _warehouse.UpsertIncidentsAsync([Rows.Incident("A")]);

        Dictionary<string, string> labels = new(StringComparer.Ordinal) { ["app"] = "pipeline", ["step"] = "upsert-incidents" };
        _dataset.Duck.Staged.ShouldHaveSingleItem().Labels.ShouldBe(labels, ignoreOrder: true);
        _dataset.Duck.Jobs.OfType<LoadJob>().ShouldHaveSingleItem().Labels.ShouldBe(labels, ignoreOrder: true);
        _dataset.Duck.Queries.Last().Labels.ShouldBe(labels, ignoreOrder: true);
        _dataset.Duck.Queries.ShouldAllBe(query => query.MaximumBytesBilled == 100_000_000_000);
    }

    [TestMethod]
    public async Task The_bytes_that_a_job_was_billed_for_are_counted_by_step()
    {
        const string Step = "count-others-of-text";
        long billed = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument == PipelineMetrics.WarehouseBytesBilled)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Interlocked.Add(ref billed, tags[0].Value is Step ? value : 0));
        listener.Start();

        await _warehouse.CountOthersOfTextAsync("h", "A");

        billed.ShouldBe(DuckBigQuery.BilledPerQuery);
    }

    [TestMethod]
    public void The_memory_of_a_load_does_not_grow_with_its_rows()
    {
        StagedRows rows = StagedRows.Of([.. Enumerable.Range(0, 1000).Select(i => Rows.Preprocessed($"{i}", embedding: new float[100]))], [], CancellationToken.None);
        int[] parts = [.. rows.Parts(10_000).Select(part => part.Length)];

        parts.Length.ShouldBeGreaterThan(10);
        parts.ShouldAllBe(length => length < 12_000);
    }

    [GeneratedRegex(@"^\s*(?:--[^\n]*\n)*(?:MERGE INTO|UPDATE|DELETE FROM) (?:incidents|preprocessed_incidents|search_entries|incident_predictions)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChangePattern();

    [GeneratedRegex(@"IN UNNEST\(\w+_days\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DaysPattern();

    private string[] Days(string step) =>
        [.. _dataset.Duck.Queries.Last(query => query.Labels["step"] == step).Parameters.Single(parameter => parameter.Name == "days").Values!.Select(day => day[..10])];
}
