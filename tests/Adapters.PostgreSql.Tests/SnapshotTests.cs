using Pipeline.Erasure;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Recovery;
using Pipeline.Search;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.PostgreSql.Tests;

/// <summary>What backups of this warehouse have of their own: the places of rows, and rows that replace others.</summary>
[TestClass]
public sealed class SnapshotTests
{
    [TestMethod]
    public async Task Rows_that_are_added_again_replace_themselves_and_can_be_searched_once()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await FillAsync(warehouse);
        await using PostgreSqlWarehouse elsewhere = TestWarehouses.New();
        await elsewhere.InitializeAsync();

        List<TableRows> all = await ReadAsync(warehouse);
        foreach (TableRows rows in all)
        {
            await elsewhere.AddRowsAsync(rows);
            await elsewhere.AddRowsAsync(rows with { Rows = rows.Table is "measures" ? [] : rows.Rows });
        }

        Written(await ReadAsync(elsewhere)).ShouldBe(Written(all));
        (await elsewhere.FindAsync(new SearchQuery(["text"], new float[] { 1, 2 }, "e", 5))).Count.ShouldBe(2);
        await elsewhere.ClearAsync(["incidents", "preprocessed_incidents", "nowhere"]);
        (await elsewhere.FindAsync(new SearchQuery(["text"], new float[] { 1, 2 }, "e", 5))).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_row_that_changes_stays_in_its_piece_and_those_that_come_are_in_the_last()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 9_000).Select(i => Incident($"{i:00000}"))]);
        List<TableRows> before = [.. (await ReadAsync(warehouse)).Where(rows => rows.Table is "incidents")];

        for (int i = 0; i < 3; i++)
        {
            await warehouse.UpsertIncidentsAsync([Incident("00005", $"changed {i}"), Incident($"new {i}"), Incident("00006")]);
        }

        List<TableRows> after = [.. (await ReadAsync(warehouse)).Where(rows => rows.Table is "incidents")];
        before.Select(rows => (rows.Number, rows.Rows.Count)).ShouldBe([(0, 4095), (1, 4096), (2, 809)]);
        after.Select(rows => (rows.Number, rows.Rows.Count)).ShouldBe([(0, 4095), (1, 4096), (2, 812)]);
        Written([after[1]]).ShouldBe(Written([before[1]]), "nothing in it has changed");
    }

    private static async Task FillAsync(PostgreSqlWarehouse warehouse)
    {
        await warehouse.UpsertIncidentsAsync([Incident("A") with { ResolvedOn = Day(3).AddTicks(7), ReopenCount = 1 }, Incident("B") with { CreatedOn = null }]);
        await warehouse.SavePreprocessedAsync([Preprocessed("A", createdOn: Day(1)), Preprocessed("B")], [new DeadLetter("Z", "preprocess", "no text")], "preprocess", 2);
        await warehouse.SavePredictionsAsync([Answer("A")]);
        await warehouse.SaveMeasuresAsync([new Measure(Day(1), "network", null, "m", 0.1 + 0.2)]);
        await warehouse.SetSettingAsync("columns", "{}");
        await warehouse.RecordErasureAsync(new ErasureRecord("01", "aa", Day(1).AddTicks(3), "anna"));
        Training.TrainingRun run = await warehouse.OpenTrainingRunAsync(2026, 1, "all");
        await warehouse.FinishTrainingCenterAsync(run.Id, "network", "{}");
    }

    private static async Task<List<TableRows>> ReadAsync(PostgreSqlWarehouse warehouse)
    {
        await using IWarehouseSnapshot snapshot = await warehouse.OpenSnapshotAsync();
        return await ReadAsync(snapshot);
    }

    private static async Task<List<TableRows>> ReadAsync(IWarehouseSnapshot snapshot)
    {
        List<TableRows> all = [];
        foreach (string table in snapshot.Tables)
        {
            all.AddRange(await snapshot.ReadAsync(table).ToListAsync());
        }

        return all;
    }

    private static string Written(IEnumerable<TableRows> all) => string.Join('\n', all.SelectMany(rows => rows.Rows.Select(row =>
        $"{rows.Table} {rows.Number}: {string.Join(" | ", row.Select((cell, i) => $"{rows.Columns[i].Name}={(cell is byte[] bytes ? Convert.ToHexString(bytes) : FormattableString.Invariant($"{cell ?? "NULL"}"))}"))}")));
}
