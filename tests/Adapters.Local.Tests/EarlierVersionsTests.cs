using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>
/// Warehouses of every earlier schema version, kept as small files that the statements of those versions made: three incidents, of which one was preprocessed and predicted, a watermark, a setting and a
/// training. A later version brings its own file here.
/// </summary>
[TestClass]
public sealed class EarlierVersionsTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    public async Task A_warehouse_of_an_earlier_version_is_brought_forward_with_all_that_is_in_it(int version)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "warehouse.db");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "EarlierVersions", FormattableString.Invariant($"warehouse-{version}.db")), path);
        await using SqliteWarehouse warehouse = new(path);

        IReadOnlyList<IncidentChange> changes = await warehouse.ReadChangesAsync(0, 10);

        changes.Select(c => (c.Incident.Number, c.Incident.Texts[0], c.Incident.CreatedOn!.Value.Day)).ShouldBe([("INC0", "text 0", 1), ("INC1", "text 1", 2), ("INC2", "text 2", 3)]);
        PreprocessedIncident ready = await warehouse.ReadWindowAsync("Network", "lexical", DateTimeOffset.MinValue, DateTimeOffset.MaxValue).SingleAsync();
        ready.Embedding.ToArray().ShouldBe([1f, 2f]);
        (await warehouse.ReadPredictedAsync().SingleAsync()).Prediction.ShouldSatisfyAllConditions(p => p.ClusterId.ShouldBe(4), p => p.ProblemId.ShouldBe(4), p => p.ProblemLabel.ShouldBe("label"));
        (await warehouse.CountByDayAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(d => d.ProblemId.ShouldBe(4), d => d.Incidents.ShouldBe(1), d => d.Day.ShouldBe(new DateOnly(2025, 3, 1)));
        (await warehouse.GetWatermarkAsync("preprocess")).ShouldBe(2);
        (await warehouse.GetSettingAsync("mapping")).ShouldBe("kept");
        await warehouse.UpsertIncidentsAsync([new Incident { Number = "INC3", CreatedOn = DateTimeOffset.UnixEpoch, Texts = ["later"], TechCenter = "Network", Priority = "1" }]);
        (await warehouse.ReadChangesAsync(3, 10)).ShouldHaveSingleItem().Incident.Priority.ShouldBe("1");
    }

    [TestMethod]
    public async Task Rows_of_an_earlier_version_leave_the_columns_empty_that_came_later_and_those_of_a_newer_one_are_refused()
    {
        using TemporaryFolder folder = new();
        await using SqliteWarehouse warehouse = new(Path.Combine(folder.Path, "warehouse.db"));
        TableColumn[] columns = [new("number", CellKind.Text), new("texts", CellKind.Text), new("tech_center", CellKind.Text), new("change_sequence", CellKind.Whole)];

        await warehouse.AddRowsAsync(new TableRows("incidents", 0, columns, [["INC0", "[\"text\"]", "Network", 7L]]));

        (await warehouse.ReadChangesAsync(0, 10)).ShouldHaveSingleItem().Incident.ShouldSatisfyAllConditions(i => i.Texts.ShouldBe(["text"]), i => i.Priority.ShouldBeNull());
        TableRows newer = new("incidents", 0, [.. columns, new TableColumn("mood", CellKind.Text)], [["INC1", "[]", "Network", 8L, "good"]]);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.AddRowsAsync(newer))).Message.ShouldContain("incidents.mood");
    }
}
