using Microsoft.Data.Sqlite;
using Pipeline.Preprocessing;
using Pipeline.Search;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => _folder.File("data/warehouse.db");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Words_and_vectors_each_bring_their_own_order()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "printer prints blank pages", 1, 0), Text("B", "Drucker druckt leer", 0.9f, 0.1f), Text("C", "vpn drops", 0, 1));

        IReadOnlyList<SearchCandidate> found = await warehouse.FindAsync(new SearchQuery(["blank", "printer", "nowhere"], new float[] { 1, 0 }, "e", 2));

        found.Select(f => (f.Incident.Incident.Number, f.WordRank, f.VectorRank)).ShouldBe([("A", 1, 1), ("B", null, 2)], ignoreOrder: true);
        found[0].Likeness.ShouldNotBeNull().ShouldBe(1, 1e-6);
    }

    [TestMethod]
    public async Task What_comes_changes_moves_and_goes_is_found_so_by_a_reader_that_has_read_before()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "printer", 1, 0), Text("B", "vpn", 0, 1));
        (await NumbersAsync(warehouse, "printer")).ShouldBe(["A"]);

        await StoreAsync(warehouse, Text("C", "printer jams", 1, 0));
        (await NumbersAsync(warehouse, "printer")).ShouldBe(["A", "C"], ignoreOrder: true);
        await StoreAsync(warehouse, Text("A", "scanner", 0, 1) with { TechCenter = "other" });
        (await NumbersAsync(warehouse, "printer")).ShouldBe(["C"]);
        (await NumbersAsync(warehouse, "scanner", "other")).ShouldBe(["A"]);
        (await NumbersAsync(warehouse, "scanner", "network")).ShouldBeEmpty();
        await warehouse.EraseAsync("C");
        (await NumbersAsync(warehouse, "printer")).ShouldBeEmpty();
        await warehouse.RebuildAsync();
        (await NumbersAsync(warehouse, "scanner")).ShouldBe(["A"]);
        (await warehouse.FindAsync(new SearchQuery([], new float[] { 0, 1 }, "e", 10))).Select(f => f.Incident.Incident.Number).ShouldBe(["A", "B"], ignoreOrder: true);
    }

    [TestMethod]
    public async Task Only_what_the_filters_leave_is_found()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
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
    public async Task Neither_case_nor_diacritics_count_and_no_word_is_syntax()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "größe \"OR\" NOT near", 1, 0));

        (await NumbersAsync(warehouse, "grosse")).ShouldBeEmpty();
        (await NumbersAsync(warehouse, "große")).ShouldBe(["A"]);
        (await NumbersAsync(warehouse, SearchWords.Of("GRÖßE")[0])).ShouldBe(["A"]);
        (await NumbersAsync(warehouse, "not")).ShouldBe(["A"]);
    }

    [TestMethod]
    [DataRow("Новый ноутбук не включается, ещё")]
    [DataRow("Ο εκτυπωτής δεν τυπώνει ΏΡΑ")]
    [DataRow("プリンターがバッファで止まる")]
    [DataRow("प्रिंटर काम नहीं कर रहा है")]
    [DataRow("เครื่องพิมพ์ไม่ทำงาน ที่นี่")]
    [DataRow("Größe der Übersicht")]
    [DataRow("Drukarka nie działa, błąd żółty")]
    [DataRow("12 m² Fläche")]
    public async Task The_index_has_the_words_of_every_script_as_they_are_asked_for(string text)
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", text, 1, 0));
        IReadOnlyList<string> words = SearchWords.Of(text);

        Terms().ShouldBe(words, ignoreOrder: true);
        foreach (string word in words)
        {
            (await warehouse.FindAsync(new SearchQuery([word], default, "e", 10))).ShouldHaveSingleItem().WordRank.ShouldBe(1, word);
        }
    }

    [TestMethod]
    public async Task A_file_of_a_version_without_an_index_gets_one_of_all_that_it_has()
    {
        await using (SqliteWarehouse first = new(DatabasePath))
        {
            await StoreAsync(first, Text("A", "printer", 1, 0));
        }

        Execute("DROP TRIGGER search_added; DROP TRIGGER search_changed; DROP TRIGGER search_removed; DROP TABLE search_vocabulary; DROP TABLE search_words; DROP VIEW search_texts; DROP TABLE search_entries; DROP TABLE search_gone; PRAGMA user_version = 5");

        await using SqliteWarehouse again = new(DatabasePath);
        (await NumbersAsync(again, "printer")).ShouldBe(["A"]);
    }

    [TestMethod]
    public async Task A_write_that_is_taken_back_leaves_no_trace_in_the_index()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "printer", 1, 0));
        Execute("CREATE TRIGGER stop BEFORE INSERT ON preprocessed_incidents WHEN NEW.number = 'STOP' BEGIN SELECT RAISE(ABORT, 'stopped'); END");

        await Should.ThrowAsync<Pipeline.Storage.WarehouseException>(() => StoreAsync(warehouse, Text("A", "scanner", 0, 1), Text("B", "scanner", 0, 1), Text("STOP", "scanner", 0, 1)));

        (await NumbersAsync(warehouse, "scanner")).ShouldBeEmpty();
        (await NumbersAsync(warehouse, "printer")).ShouldBe(["A"]);
        Execute("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)");
    }

    [TestMethod]
    public async Task The_words_of_an_erased_incident_are_in_no_byte_of_the_file()
    {
        await using (SqliteWarehouse warehouse = new(DatabasePath))
        {
            await StoreAsync(warehouse, Text("A", "xylophonequartz broke", 1, 0), Text("B", "vpn", 0, 1));
            await warehouse.EraseAsync("A");
            await warehouse.FindAsync(new SearchQuery(["vpn"], new float[] { 0, 1 }, "e", 10));
        }

        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(DatabasePath)!))
        {
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain("xylophonequartz");
        }
    }

    private static PreprocessedIncident Text(string number, string text, params float[] vector) => Preprocessed(number, "h" + number, embedding: vector) with { Summary = text, CreatedOn = Day(1) };

    private static async Task StoreAsync(SqliteWarehouse warehouse, params PreprocessedIncident[] incidents)
    {
        await warehouse.UpsertIncidentsAsync([.. incidents.Select(i => Incident(i.Number, techCenter: i.TechCenter, createdOn: i.CreatedOn))]);
        await warehouse.SavePreprocessedAsync(incidents, [], "preprocess", (await warehouse.ReadChangesAsync(0, 1000))[^1].Sequence);
    }

    private static Task<string[]> NumbersAsync(SqliteWarehouse warehouse, string word, string? techCenter = null) =>
        NumbersAsync(warehouse, new SearchQuery([word], default, "e", 10) { TechCenters = techCenter is null ? null : [techCenter] });

    private static async Task<string[]> NumbersAsync(SqliteWarehouse warehouse, SearchQuery query) => [.. (await warehouse.FindAsync(query)).Select(f => f.Incident.Incident.Number)];

    private List<string> Terms()
    {
        using SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT term FROM search_vocabulary";
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> terms = [];
        while (reader.Read())
        {
            terms.Add(reader.GetString(0));
        }

        return terms;
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
