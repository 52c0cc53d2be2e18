using Pipeline.Preprocessing;
using Pipeline.Search;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.PostgreSql.Tests;

[TestClass]
public sealed class PostgreSqlSearchTests
{
    [TestMethod]
    public async Task Words_and_vectors_each_bring_their_own_order()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await StoreAsync(warehouse, Text("A", "printer prints blank pages", 1, 0), Text("B", "Drucker druckt leer", 0.9f, 0.1f), Text("C", "vpn drops", 0, 1));

        IReadOnlyList<SearchCandidate> found = await warehouse.FindAsync(new SearchQuery(["blank", "printer", "nowhere"], new float[] { 1, 0 }, "e", 2));

        found.Select(f => (f.Incident.Incident.Number, f.WordRank, f.VectorRank)).ShouldBe([("A", 1, 1), ("B", null, 2)], ignoreOrder: true);
        found[0].Likeness.ShouldNotBeNull().ShouldBe(1, 1e-6);
    }

    [TestMethod]
    public async Task A_rare_word_and_one_that_stands_often_in_a_short_text_tell_more()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await StoreAsync(
            warehouse,
            Text("A", "printer is slow", 1, 0), Text("B", "printer toner", 1, 0), Text("C", "printer printer jams", 1, 0), Text("D", "the printer of the third floor makes noises every morning when it is switched on", 1, 0), Text("E", "vpn", 1, 0));

        (await NumbersAsync(warehouse, new SearchQuery(["printer", "toner"], default, "e", 10))).ShouldBe(["B", "C", "A", "D"]);
    }

    [TestMethod]
    public async Task What_comes_changes_moves_and_goes_is_found_so_by_a_reader_that_has_read_before_whoever_wrote_it()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        await using PostgreSqlWarehouse reader = TestWarehouses.New(schema);
        await StoreAsync(warehouse, Text("A", "printer", 1, 0), Text("B", "vpn", 0, 1));
        (await NumbersAsync(reader, "printer")).ShouldBe(["A"]);

        await StoreAsync(warehouse, Text("C", "printer jams", 1, 0));
        (await NumbersAsync(reader, "printer")).ShouldBe(["A", "C"], ignoreOrder: true);
        await StoreAsync(warehouse, Text("A", "scanner", 0, 1) with { TechCenter = "other" });
        (await NumbersAsync(reader, "printer")).ShouldBe(["C"]);
        (await NumbersAsync(reader, "scanner", "other")).ShouldBe(["A"]);
        (await NumbersAsync(reader, "scanner", "network")).ShouldBeEmpty();
        await warehouse.EraseAsync("C");
        (await NumbersAsync(reader, "printer")).ShouldBeEmpty();
        (await warehouse.RebuildAsync()).ShouldBe(2);
        (await NumbersAsync(reader, "scanner")).ShouldBe(["A"]);
        (await reader.FindAsync(new SearchQuery([], new float[] { 0, 1 }, "e", 10))).Select(f => f.Incident.Incident.Number).ShouldBe(["A", "B"], ignoreOrder: true);
    }

    [TestMethod]
    public async Task Only_what_the_filters_leave_is_found()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await StoreAsync(warehouse, Text("A", "printer", 1, 0), Text("B", "printer", 1, 0) with { CreatedOn = Day(5) }, Text("C", "printer", 1, 0));
        await warehouse.UpsertIncidentsAsync([Incident("C") with { Priority = "1" }]);
        await warehouse.SavePredictionsAsync([Answer("B", "hB")]);
        SearchQuery query = new(["printer"], new float[] { 1, 0 }, "e", 10);

        (await NumbersAsync(warehouse, query with { From = Day(4) })).ShouldBe(["B"]);
        (await NumbersAsync(warehouse, query with { Until = Day(4) })).ShouldBe(["A", "C"], ignoreOrder: true);
        (await NumbersAsync(warehouse, query with { Priority = "1" })).ShouldBe(["C"]);
        (await NumbersAsync(warehouse, query with { TechCenters = ["network"], Problem = 7 })).ShouldBe(["B"]);
        (await NumbersAsync(warehouse, query with { TechCenters = ["network"], Problem = 7, Priority = "1" })).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow("größe \"OR\" NOT near & | ! <->")]
    [DataRow("Новый ноутбук не включается, ещё")]
    [DataRow("Ο εκτυπωτής δεν τυπώνει ΏΡΑ")]
    [DataRow("プリンターがバッファで止まる")]
    [DataRow("เครื่องพิมพ์ไม่ทำงาน ที่นี่")]
    [DataRow("Drukarka nie działa, błąd żółty")]
    public async Task Words_of_every_script_are_found_as_they_are_asked_for_and_no_word_is_syntax(string text)
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await StoreAsync(warehouse, Text("A", text + " " + new string('x', 5_000), 1, 0));

        foreach (string word in SearchWords.Of(text))
        {
            (await warehouse.FindAsync(new SearchQuery([word], default, "e", 10))).ShouldHaveSingleItem().WordRank.ShouldBe(1, word);
        }

        (await NumbersAsync(warehouse, "nothing")).ShouldBeEmpty();
    }

    private static PreprocessedIncident Text(string number, string text, params float[] vector) => Preprocessed(number, "h" + number, embedding: vector) with { Summary = text, CreatedOn = Day(1) };

    private static async Task StoreAsync(PostgreSqlWarehouse warehouse, params PreprocessedIncident[] incidents)
    {
        await warehouse.UpsertIncidentsAsync([.. incidents.Select(i => Incident(i.Number, techCenter: i.TechCenter, createdOn: i.CreatedOn))]);
        await warehouse.SavePreprocessedAsync(incidents, [], "preprocess", (await warehouse.ReadChangesAsync(0, 1000))[^1].Sequence);
    }

    private static Task<string[]> NumbersAsync(PostgreSqlWarehouse warehouse, string word, string? techCenter = null) =>
        NumbersAsync(warehouse, new SearchQuery([word], default, "e", 10) { TechCenters = techCenter is null ? null : [techCenter] });

    private static async Task<string[]> NumbersAsync(PostgreSqlWarehouse warehouse, SearchQuery query) => [.. (await warehouse.FindAsync(query)).Select(f => f.Incident.Incident.Number)];
}
